using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RetinaSharp.Cli.Tests.BadInput;

/// <summary>The command as a process of its own, for what a call within the tests cannot show: signals, pipes, what it loads, who it runs as.</summary>
internal static partial class RealProcess
{
    // SIGTERM, which is handled as Ctrl-C is; that one may be ignored where the tests run in the background.
    private const int Stop = 15;

    /// <summary>The built command.</summary>
    public static string Command => Path.Combine(AppContext.BaseDirectory, "RetinaSharp.Cli.dll");

    /// <summary>Runs it to its end.</summary>
    public static Ran Retina(params string[] args) => Run("dotnet", [Command, .. args]);

    /// <summary>Runs any program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="interruptAt">Words on stderr at which it is told to stop.</param>
    public static Ran Run(string program, string[] args, string? interruptAt = null)
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
            Assert.Equal(0, Kill(process.Id, Stop));
        }

        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.ToString());
    }

    /// <summary>Runs a program that may read no more than the modes of files say, also where the tests run as root.</summary>
    public static Ran RunUnprivileged(string program, string[] args) => Environment.UserName == "root"
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
