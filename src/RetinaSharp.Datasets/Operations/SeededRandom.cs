namespace RetinaSharp.Datasets.Operations;

/// <summary>Random numbers that are the same for a seed on all platforms and in all versions of .NET: SplitMix64.</summary>
internal sealed class SeededRandom(long seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>Returns an integer from 0 to <paramref name="bound"/> - 1. The bias of the modulus is below 1e-9 for any count of images.</summary>
    public int Next(int bound) => (int)(NextBits() % (ulong)bound);

    /// <summary>Puts the items in random order.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private ulong NextBits()
    {
        var bits = _state += 0x9E3779B97F4A7C15;
        bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
        return bits ^ bits >> 31;
    }
}
