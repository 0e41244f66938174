using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Prints the program's version.</summary>
internal sealed class ProgramVersion(Output output) : SynchronousCommandLineAction
{
    /// <summary>The version, such as 1.2.3.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>True: --version needs no verb.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        output.Result(Text);
        return ExitCode.Done;
    }
}
