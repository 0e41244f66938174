namespace RetinaSharp.Datasets.Tests;

/// <summary>Changes, removes or duplicates bytes of a valid file, for tests that read such files.</summary>
internal static class Mutations
{
    /// <summary>A file of a few kilobytes must not need more memory than this.</summary>
    private const long MaxAllocated = 64L << 20;

    /// <summary>Number of mutations of each file: <c>RETINASHARP_MUTATIONS</c>, for a long search.</summary>
    public static int Rounds { get; } = Setting("RETINASHARP_MUTATIONS", 400);

    /// <summary>Seed of the first mutation: <c>RETINASHARP_MUTATION_SEED</c>.</summary>
    private static readonly int Seed = Setting("RETINASHARP_MUTATION_SEED", 9);

    /// <summary>
    /// Reads <see cref="Rounds"/> mutations of a file. Fails if one causes another exception than <see cref="DatasetException"/>, one that names no
    /// file or reason, or needs too much memory. Returns the number of rejected mutations.
    /// </summary>
    /// <param name="good">A valid file.</param>
    /// <param name="read">Reads a mutated file.</param>
    public static int CountRejected(byte[] good, Action<byte[]> read)
    {
        var rejected = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var mutated = Mutate(good, new Random(unchecked(Seed * 1_000_003 + round)));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(mutated);
            }
            catch (DatasetException error) when (error.File.Length > 0 && error.Reason.Length > 0)
            {
                rejected++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, round {round}: {error}\n{Convert.ToBase64String(mutated)}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= MaxAllocated, $"seed {Seed}, round {round}: {allocated} bytes allocated\n{Convert.ToBase64String(mutated)}");
        }

        return rejected;
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)"{}[]\",:<>&*!0-eE./#\n"[random.Next(20)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), length));
                    break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }

            if (bytes.Count == 0)
                bytes.Add(0);
        }

        return [.. bytes];
    }

    private static int Setting(string variable, int usual) => int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : usual;
}
