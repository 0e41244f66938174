using System.Diagnostics;
using RetinaSharp.Imaging;

namespace RetinaSharp.Benchmarks.Images;

/// <summary>Fuzzes the image decoder: decodes mutated files.</summary>
internal static class Mutations
{
    private const int MaxPixels = 4_000_000;
    private const long MaxResident = 2L << 30;
    private static readonly TimeSpan MaxDecodeTime = TimeSpan.FromSeconds(10);

    public static int Run(string folder, int count)
    {
        var faults = 0;
        string[] formats = [".jpg", ".png", ".webp", ".bmp", ".tif"];
        foreach (var format in formats)
        {
            var seeds = Directory.GetFiles(folder, $"*{format}").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
            if (seeds.Count == 0)
                continue;
            var (decoded, rejected) = (0, 0);
            var slowest = TimeSpan.Zero;
            Parallel.For(0, count, number =>
            {
                var random = new Random(number);
                var bytes = Mutate(seeds[random.Next(seeds.Count)], random);
                var start = Stopwatch.GetTimestamp();
                var (first, second) = (Decode(bytes), Decode(bytes));
                var time = Stopwatch.GetElapsedTime(start) / 2;
                lock (seeds)
                {
                    slowest = time > slowest ? time : slowest;
                    _ = first.Pixels is null ? rejected++ : decoded++;
                    var isSame = first.Pixels is null ? second.Pixels is null : second.Pixels is not null && first.Pixels.AsSpan().SequenceEqual(second.Pixels);
                    if (first.Fault is null && isSame && time <= MaxDecodeTime)
                        return;
                    faults++;
                    Console.WriteLine($"{format} {number}: {first.Fault?.ToString() ?? (isSame ? $"took {time}" : "two decodings differ")}");
                }
            });
            Console.WriteLine($"{format}: {decoded} decoded, {rejected} rejected, slowest {slowest.TotalMilliseconds:F0} ms, peak resident {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB");
        }

        return faults == 0 && Process.GetCurrentProcess().PeakWorkingSet64 < MaxResident ? 0 : 1;
    }

    private static (byte[]? Pixels, Exception? Fault) Decode(byte[] bytes)
    {
        try
        {
            return (Image.Decode(bytes, new() { MaxPixels = MaxPixels }).Pixels.ToArray(), null);
        }
        catch (ImageException)
        {
            return (null, null);
        }
        catch (Exception fault)
        {
            return (null, fault);
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var change = random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(2) == 0 ? random.Next(bytes.Count) : random.Next(Math.Min(bytes.Count, 128));
            switch (random.Next(6))
            {
                case 0 or 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 32), bytes.Count - at)); break;
                case 4: bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 32)).Select(_ => (byte)random.Next(256))); break;
                default: bytes[at] = (byte)(random.Next(2) == 0 ? 0 : 255); break;
            }
        }

        if (random.Next(5) == 0)
            bytes.RemoveRange(bytes.Count / 2, random.Next((bytes.Count / 2) + 1));
        return [.. bytes];
    }
}
