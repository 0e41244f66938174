using System.Diagnostics;

namespace RetinaSharp.Distributed.Tests;

/// <summary>Runs the program RetinaSharp.Distributed.Ranks in several processes.</summary>
internal static class MpiLauncher
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Whether both launchers are installed.</summary>
    public static bool AreInstalled { get; } = IsInstalled("mpirun.openmpi") && IsInstalled("mpirun.mpich");

    /// <summary>Runs a scenario.</summary>
    /// <param name="mpi">The kind of MPI: openmpi or mpich.</param>
    /// <param name="processes">Number of processes.</param>
    /// <param name="arguments">The scenario, and the MPI library if it is not the launcher's.</param>
    /// <returns>Exit code of the launcher, and everything that was printed.</returns>
    public static (int Code, string Printed) Run(string mpi, int processes, params string[] arguments)
    {
        // Open MPI refuses to start as root, more processes than cores, and several on one core, unless it is told to.
        string[] options = mpi == "openmpi" ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : [];
        var program = Path.Combine(AppContext.BaseDirectory, "RetinaSharp.Distributed.Ranks.dll");
        var start = new ProcessStartInfo($"mpirun.{mpi}", [.. options, "-n", $"{processes}", "dotnet", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Reading the memory of another process needs rights that containers may lack; Open MPI copies through shared memory instead.
        start.Environment["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', arguments)} did not end within {Limit.TotalSeconds} s: {output.Result}{error.Result}");
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
