using System.Diagnostics;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>The number of CPU threads that a process uses by default: one for each of its logical cores, divided by the processes that may use the same ones.</summary>
public static class ProcessThreads
{
    /// <summary>Computes the number, at least 1. A collective operation: all processes call it.</summary>
    /// <param name="group">The processes.</param>
    public static int Compute(IProcessGroup group)
    {
        if (group.Size == 1)
            return Environment.ProcessorCount;
        // Launchers may bind each process to cores of its own.
        var cores = $"{group.Machine} {Affinity()}";
        return Math.Max(1, Environment.ProcessorCount / group.GatherText(cores).Count(other => other == cores));
    }

    private static nint Affinity()
    {
        using var process = Process.GetCurrentProcess();
        return OperatingSystem.IsLinux() || OperatingSystem.IsWindows() ? process.ProcessorAffinity : 0;
    }
}
