using System.Diagnostics;
using Xunit;

namespace RetinaSharp.Testing;

/// <summary>Runs .NET programs in several processes, with the launchers of MPI.</summary>
public static class Mpi
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Whether both launchers are installed.</summary>
    public static bool IsInstalled { get; } = HasProgram("mpirun.openmpi") && HasProgram("mpirun.mpich");

    /// <summary>Runs a program with the same arguments in all processes.</summary>
    /// <param name="mpi">The kind of MPI: openmpi or mpich.</param>
    /// <param name="processes">Number of processes.</param>
    /// <param name="program">Path of the program's assembly.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <returns>Exit code of the launcher, and everything that was printed.</returns>
    public static (int Code, string Printed) Run(string mpi, int processes, string program, params string[] arguments) =>
        Finish(Start(mpi, ["-n", $"{processes}", "dotnet", program, .. arguments]), string.Join(' ', arguments));

    /// <summary>Runs a program in two processes with different arguments.</summary>
    /// <param name="mpi">The kind of MPI: openmpi or mpich.</param>
    /// <param name="program">Path of the program's assembly.</param>
    /// <param name="first">Arguments of rank 0.</param>
    /// <param name="second">Arguments of rank 1.</param>
    /// <returns>Exit code of the launcher, and everything that was printed.</returns>
    public static (int Code, string Printed) RunTwo(string mpi, string program, string[] first, string[] second) =>
        Finish(Start(mpi, ["-n", "1", "dotnet", program, .. first, ":", "-n", "1", "dotnet", program, .. second]), string.Join(' ', first));

    /// <summary>Starts a program in several processes, which the test will signal.</summary>
    /// <param name="mpi">The kind of MPI: openmpi or mpich.</param>
    /// <param name="processes">Number of processes.</param>
    /// <param name="program">Path of the program's assembly.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <returns>The launcher.</returns>
    public static Process Start(string mpi, int processes, string program, params string[] arguments) => Start(mpi, ["-n", $"{processes}", "dotnet", program, .. arguments]);

    /// <summary>Waits for a launcher, and returns its exit code and everything that was printed.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <param name="what">What it runs, for the message if it does not end.</param>
    public static (int Code, string Printed) Finish(Process launcher, string what)
    {
        using (launcher)
        {
            var (output, error) = (launcher.StandardOutput.ReadToEndAsync(), launcher.StandardError.ReadToEndAsync());
            if (!launcher.WaitForExit(Limit))
            {
                launcher.Kill(entireProcessTree: true);
                Assert.Fail($"{what} did not end within {Limit.TotalSeconds} s: {output.Result}{error.Result}");
            }

            return (launcher.ExitCode, output.Result + error.Result);
        }
    }

    private static Process Start(string mpi, string[] arguments)
    {
        // Open MPI refuses to start as root, more processes than cores, and several on one core, unless it is told to.
        string[] options = mpi == "openmpi" ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : [];
        var start = new ProcessStartInfo($"mpirun.{mpi}", [.. options, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Reading the memory of another process needs rights that containers may lack; Open MPI copies through shared memory instead.
        start.Environment["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none";
        return Process.Start(start)!;
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
