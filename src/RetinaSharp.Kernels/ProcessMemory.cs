using System.Diagnostics;

namespace RetinaSharp.Kernels;

/// <summary>Measures the memory of this process.</summary>
internal static class ProcessMemory
{
    private const int SampleMilliseconds = 2;

    /// <summary>Physical memory in bytes that no process uses, within the limit of a container.</summary>
    public static long Available
    {
        get
        {
            // Both numbers are those of the last collection: on Linux MemAvailable of /proc/meminfo, in a container the usage of its cgroup.
            GC.Collect();
            var memory = GC.GetGCMemoryInfo();
            return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        }
    }

    /// <summary>Runs an action, and returns the largest resident memory of the process in bytes meanwhile.</summary>
    public static long MeasurePeak(Action action)
    {
        // Reusing freed memory that the C library has kept would not increase the resident memory.
        Heap.ReturnFreedMemory();
        if (!TryResetPeak())
            return SamplePeak(action);
        action();
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>As <see cref="MeasurePeak"/>, on systems that cannot reset the peak of a process: it is sampled, so that short peaks may be missed.</summary>
    internal static long SamplePeak(Action action)
    {
        using var isDone = new ManualResetEventSlim();
        var peak = Environment.WorkingSet;
        var sampler = new Thread(Sample) { IsBackground = true, Name = "memory sampler" };
        sampler.Start();
        try
        {
            action();
        }
        finally
        {
            isDone.Set();
            sampler.Join();
        }

        return Math.Max(peak, Environment.WorkingSet);

        void Sample()
        {
            while (!isDone.Wait(SampleMilliseconds))
                peak = Math.Max(peak, Environment.WorkingSet);
        }
    }

    private static bool TryResetPeak()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            // Resets VmHWM, which PeakWorkingSet64 reads, to the present resident memory: see proc(5).
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
