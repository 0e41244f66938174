namespace RetinaSharp.Benchmarks.Int8;

/// <summary>The load of the machine over the last minute.</summary>
internal static class LoadAverage
{
    private const string File = "/proc/loadavg";

    /// <summary>Returns the load average on Linux, "unknown" elsewhere.</summary>
    public static string Read() => System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).Split(' ')[0] : "unknown";
}
