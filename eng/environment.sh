# Sourced by the scripts: the .NET SDK quiet, the same on every machine, and with no process left behind.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1
# Without ICU the SDK does not start unless told to do without; it then speaks English and refuses to be told so.
if PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | grep libicuuc >/dev/null; then
  export DOTNET_CLI_UI_LANGUAGE=en
else
  export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
fi
