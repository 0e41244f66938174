# Sourced by the scripts: makes the .NET SDK quiet, identical on every machine, and leaves no server processes.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1
# Without ICU the SDK starts only in invariant mode, which is English and does not accept a UI language.
if PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | grep libicuuc >/dev/null; then
  export DOTNET_CLI_UI_LANGUAGE=en
else
  export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
fi
