namespace RetinaSharp.Losses.Tests;

/// <summary>The memory that code allocates.</summary>
internal static class Allocations
{
    private const int Runs = 5;

    /// <summary>
    /// Returns the fewest bytes that an action allocates on this thread, in several runs after the first. The runtime itself allocates now and then, such as when it
    /// compiles a method again, and a garbage collection counts the rest of the thread's buffer.
    /// </summary>
    public static long Fewest(Action action)
    {
        action();
        return Enumerable.Range(0, Runs).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
