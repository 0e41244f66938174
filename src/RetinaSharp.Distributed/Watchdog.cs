namespace RetinaSharp.Distributed;

/// <summary>
/// Ends the process if a collective operation takes too long. MPI waits forever for a process that is lost without the launcher's noticing, such as by a cut network.
/// </summary>
/// <param name="thread">Runs the operations.</param>
/// <param name="patience">Maximum duration of an operation.</param>
/// <param name="giveUp">Called with the reason. It ends the process.</param>
internal sealed class Watchdog(CommunicationThread thread, TimeSpan patience, Action<string> giveUp)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ManualResetEventSlim _stop = new();

    /// <summary>Starts to watch, on a thread of its own.</summary>
    public void Start() => new Thread(Watch) { IsBackground = true, Name = "MPI watchdog" }.Start();

    /// <summary>Stops watching.</summary>
    public void Stop() => _stop.Set();

    private void Watch()
    {
        while (!_stop.Wait(Interval))
        {
            if (thread.Current is not { } current || current.Duration <= patience)
                continue;
            giveUp($"the other processes did not come to '{current.Name}' for {patience.TotalSeconds:0} s: one of them, or the network, is lost");
            return;
        }
    }
}
