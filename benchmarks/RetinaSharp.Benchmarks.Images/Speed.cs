using System.Diagnostics;
using RetinaSharp.Imaging;

namespace RetinaSharp.Benchmarks.Images;

/// <summary>Measures the speed of decoding and resizing.</summary>
internal static class Speed
{
    public static int Run(string folder, int side, int runs)
    {
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var options = new ImageDecodeOptions
        {
            ScaleTo = (width, height) =>
            {
                var scale = (double)side / Math.Min(width, height);
                return ((int)(width * scale), (int)(height * scale));
            },
        };
        foreach (var threads in (int[])[1, 2])
        {
            var (cpu, wall) = (new List<double>(), new List<double>());
            for (var run = 0; run <= runs; run++)
            {
                var (cpuBefore, start) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
                Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = threads }, file => Image.Decode(file, options));
                // The first run is a warm-up.
                if (run == 0)
                    continue;
                cpu.Add((Environment.CpuUsage.TotalTime - cpuBefore).TotalMilliseconds / files.Count);
                wall.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / files.Count);
            }

            cpu.Sort();
            wall.Sort();
            Console.WriteLine($"{threads} threads: {cpu[runs / 2]:F2} ms of CPU per image, {1 / wall[runs / 2]:F1} images/s");
        }

        return 0;
    }
}
