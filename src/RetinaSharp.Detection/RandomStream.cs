using System.Numerics;

namespace RetinaSharp.Detection;

/// <summary>
/// A pseudorandom number generator for one purpose (such as shuffling) and one index (such as an epoch) of a training run. Its numbers depend only on the
/// seed of the run, the purpose and the index. A resumed run, or one with a different number of loader threads, therefore draws the same numbers. The
/// generator is xoshiro256** (Blackman and Vigna), seeded by SplitMix64.
/// </summary>
public sealed class RandomStream
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Creates the generator for a purpose and an index. Equal arguments give equal numbers.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="purpose">Name of the purpose; generators with different names are independent of each other.</param>
    /// <param name="index">Index of the step, epoch or sample; generators with different indices are independent of each other.</param>
    public RandomStream(long seed, string purpose, long index = 0)
    {
        var state = Mix((ulong)seed);
        foreach (var letter in purpose)
            state = Mix(state ^ letter);
        state = Mix(state ^ (ulong)index);
        _a = Next(ref state);
        _b = Next(ref state);
        _c = Next(ref state);
        _d = Next(ref state);
    }

    /// <summary>Returns the next 64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Returns a number uniformly distributed in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Returns a number uniformly distributed in [from, to).</summary>
    public double NextDouble(double from, double to) => from + ((to - from) * NextDouble());

    /// <summary>Returns an integer uniformly distributed in [0, count).</summary>
    public int NextInt(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>Returns true with the given probability.</summary>
    public bool NextBool(double probability) => NextDouble() < probability;

    /// <summary>Returns a standard normal number, by the Box-Muller transform.</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Returns a number in [0, 1] with a beta distribution.</summary>
    /// <param name="alpha">First shape parameter, at least 1.</param>
    /// <param name="beta">Second shape parameter, at least 1.</param>
    public double NextBeta(double alpha, double beta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(alpha, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(beta, 1);
        var first = NextGamma(alpha);
        return first / (first + NextGamma(beta));
    }

    /// <summary>Shuffles items in place (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    // Marsaglia and Tsang, "A simple method for generating gamma variables", for shapes of 1 or more.
    private double NextGamma(double shape)
    {
        var d = shape - (1.0 / 3);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + (x / Math.Sqrt(9 * d));
            v *= v * v;
            if (v > 0 && Math.Log(1 - NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }

    private static ulong Mix(ulong state) => Next(ref state);

    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
