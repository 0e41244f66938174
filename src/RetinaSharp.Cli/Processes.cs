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
    private IProcessGroup _group = SingleProcess.Instance;

    /// <summary>Joins the other processes.</summary>
    /// <param name="patience">How long a process waits for the others.</param>
    /// <exception cref="DistributedException">The processes cannot work together.</exception>
    public IProcessGroup Join(TimeSpan patience)
    {
        _group = ProcessGroup.Join(new() { Patience = patience, LostExitCode = ExitCode.Lost });
        if (_group.Size > 1)
            output.SpeakAs($"rank {_group.Rank} on {_group.Machine}: ", isMuted: _group.Rank > 0);
        return _group;
    }

    /// <summary>
    /// Runs work in all processes, before they depend on each other. If it fails in some of them, it fails in all, and each different error is reported once.
    /// </summary>
    /// <exception cref="PreparationException">The work failed in another process.</exception>
    public T Prepare<T>(Func<T> work)
    {
        if (_group.Size == 1)
            return work();
        var (result, error) = (default(T), default(Exception));
        try
        {
            result = work();
        }
        catch (Exception caught)
        {
            error = caught;
        }

        var report = error is null ? null : ErrorReport.Create(error);
        var all = _group.GatherText(report is null ? "" : $"{report.Code} {report.Message}");
        var machines = _group.GatherText(_group.Machine);
        if (all.Index().Where(one => one.Item.Length > 0).DistinctBy(one => one.Item).ToArray() is not { Length: > 0 } failed)
            return result!;
        throw new PreparationException([.. failed.Select(one => (one.Index, machines[one.Index], int.Parse(one.Item.AsSpan(0, one.Item.IndexOf(' '))), one.Item[(one.Item.IndexOf(' ') + 1)..]))]);
    }

    /// <summary>Leaves the other processes, which must do the same.</summary>
    public void Leave() => _group.Dispose();

    /// <summary>Reports an error, and ends all processes if there are several: the others wait for this one.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The exit code of the process.</returns>
    public int Fail(Exception error)
    {
        if (error is PreparationException prepared)
        {
            if (_group.Rank == 0)
                prepared.Report(output);
            _group.Dispose();
            return prepared.Code;
        }

        var report = ErrorReport.Create(error);
        if (report.Code == ExitCode.Cancelled)
            output.Info(report.Message);
        else
            output.Error(report.Message);
        if (Environment.GetEnvironmentVariable(ErrorReport.DebugVariable) == "1")
            output.Info(error.ToString());
        if (_group.Size > 1)
            _group.Abort(report.Code);
        return report.Code;
    }
}
