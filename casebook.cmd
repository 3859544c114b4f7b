@echo off
rem Runs the launcher with the Python that this machine has.
setlocal
set PYTHONUTF8=1
where py >nul 2>nul
if not errorlevel 1 (
  set "python=py -3"
  goto run
)
where python >nul 2>nul
if not errorlevel 1 (
  set "python=python"
  goto run
)
echo Casebook needs Python 3.10 or newer: install it from https://www.python.org/downloads/ and run the command again. 1>&2
exit /b 1
:run
%python% "%~dp0casebook" %*
exit /b %errorlevel%
