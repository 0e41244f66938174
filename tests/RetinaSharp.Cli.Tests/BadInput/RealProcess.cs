using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RetinaSharp.Cli.Tests.BadInput;

/// <summary>Runs the command as a process, for what an in-process call cannot test: signals, pipes, loading and permissions.</summary>
internal static partial class RealProcess
{
    // SIGTERM is handled like SIGINT, which processes in the background may ignore.
    private const int SigTerm = 15;

    /// <summary>The built command.</summary>
    public static string Command => Path.Combine(AppContext.BaseDirectory, "RetinaSharp.Cli.dll");

    /// <summary>Runs the command to its end.</summary>
    public static CommandResult Retina(params string[] args) => Run("dotnet", [Command, .. args]);

    /// <summary>Runs any program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="interruptAt">Text on stderr after which the process gets SIGTERM; null for none.</param>
    public static CommandResult Run(string program, string[] args, string? interruptAt = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = new System.Text.StringBuilder();
        while (process.StandardError.ReadLine() is { } line)
        {
            error.AppendLine(line);
            if (interruptAt is null || !line.Contains(interruptAt, StringComparison.Ordinal))
                continue;
            interruptAt = null;
            Assert.Equal(0, Kill(process.Id, SigTerm));
        }

        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.ToString());
    }

    /// <summary>Runs a program that cannot bypass file permissions, even if the tests run as root.</summary>
    public static CommandResult RunUnprivileged(string program, string[] args) => Environment.UserName == "root"
        ? Run("setpriv", ["--bounding-set=-dac_override,-dac_read_search", program, .. args])
        : Run(program, args);

    /// <summary>Skips the test where it would run as root and cannot do without root's rights.</summary>
    public static void SkipUnlessUnprivileged()
    {
        try
        {
            Assert.SkipUnless(RunUnprivileged("true", []).Code == 0, "runs as root, which reads everything, and setpriv cannot change that");
        }
        catch (Win32Exception)
        {
            Assert.Skip("runs as root, which reads everything, and there is no setpriv");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
