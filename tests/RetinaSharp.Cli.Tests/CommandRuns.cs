using System.Diagnostics;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

/// <summary>Calls of the command.</summary>
internal static class CommandRuns
{
    extension(CommandResult)
    {
        /// <summary>Runs the command within the process of the tests.</summary>
        public static CommandResult Retina(params string[] args) => CommandResult.Retina(CancellationToken.None, args);

        /// <summary>Runs the command within the process of the tests, with a token in place of Ctrl-C.</summary>
        public static CommandResult Retina(CancellationToken cancellationToken, params string[] args)
        {
            using StringWriter stdout = new(), stderr = new();
            var code = RetinaCommand.Run(args, stdout, Consoles.Over(stderr), cancellationToken);
            return new(code, stdout.ToString(), stderr.ToString());
        }

        /// <summary>Starts the command as a process that the test will kill. Its output is discarded.</summary>
        public static Process Start(params string[] args)
        {
            var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(RetinaCommand).Assembly.Location, .. args])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            var process = Process.Start(start)!;
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            return process;
        }
    }
}
