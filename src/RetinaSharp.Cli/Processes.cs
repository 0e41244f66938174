using RetinaSharp.Cli.Terminal;
using RetinaSharp.Distributed;

namespace RetinaSharp.Cli;

/// <summary>
/// The processes that mpirun or srun started with the same command line. Rank 0 speaks for all; the others only report errors. A verb that works in several processes joins
/// them; without a launcher, the group is this process alone.
/// </summary>
/// <param name="output">Output of this process.</param>
internal sealed class Processes(Output output)
{
    /// <summary>Name of an environment variable: the MPI library to load, instead of that of the launcher's kind.</summary>
    public const string LibraryVariable = "RETINA_MPI_LIBRARY";

    /// <summary>Name of an environment variable: 0 if GPUs must not exchange their memory by NCCL.</summary>
    public const string NcclVariable = "RETINA_NCCL";

    /// <summary>How long a process waits for the others if they share whole runs: for as long as runs may take.</summary>
    public static readonly TimeSpan PatienceForRuns = TimeSpan.FromDays(7);

    // If all processes have the same error, rank 0 reports it and ends the others in this time. Open MPI takes up to 3 seconds.
    private static readonly TimeSpan TimeForRank0 = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan TimeToForward = TimeSpan.FromMilliseconds(300);

    private IProcessGroup? _group;

    /// <summary>Joins the other processes.</summary>
    /// <param name="patience">How long a process waits for the others.</param>
    /// <exception cref="DistributedException">The processes cannot work together.</exception>
    public IProcessGroup Join(TimeSpan patience)
    {
        _group = ProcessGroup.Join(new()
        {
            Patience = patience,
            LostExitCode = ExitCode.Lost,
            Library = Environment.GetEnvironmentVariable(LibraryVariable),
            OnLost = message => Console.Error.WriteLine($"error: {message}"),
        });
        if (_group.Size > 1)
            output.SpeakAs($"rank {_group.Rank} on {_group.Machine}: ", isMuted: _group.Rank > 0);
        return _group;
    }

    /// <summary>Leaves the other processes, which must do the same.</summary>
    public void Leave() => _group?.Dispose();

    /// <summary>Reports an error, and ends all processes, because they wait for this one.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The exit code of the process.</returns>
    public int Fail(Exception error)
    {
        var report = ErrorReport.Create(error);
        if (_group is null && ProcessGroup.LaunchedRank is > 0 and var rank)
        {
            // Another error before the processes joined follows from the command line, which is that of rank 0.
            if (error is not DistributedException)
                return report.Code;
            output.SpeakAs($"rank {rank} on {Environment.MachineName}: ", isMuted: true);
        }

        if ((_group?.Rank ?? ProcessGroup.LaunchedRank) > 0)
            Thread.Sleep(TimeForRank0);
        if (report.Code == ExitCode.Cancelled)
            output.Info(report.Message);
        else
            output.Error(report.Message);
        if (Environment.GetEnvironmentVariable(ErrorReport.DebugVariable) == "1")
            output.Info(error.ToString());
        if (_group is { Size: > 1 })
        {
            // Launchers lose what a process wrote just before it aborted.
            Thread.Sleep(TimeToForward);
            _group.Abort(report.Code);
        }

        return report.Code;
    }
}
