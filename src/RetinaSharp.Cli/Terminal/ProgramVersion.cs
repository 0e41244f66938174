using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace RetinaSharp.Cli.Terminal;

/// <summary>The action of --version: prints the version of the program.</summary>
internal sealed class ProgramVersion(Output output) : SynchronousCommandLineAction
{
    /// <summary>The version of the program, such as 1.2.3.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>True, because --version is valid without a verb.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        output.Result(Text);
        return ExitCode.Done;
    }
}
