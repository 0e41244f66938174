namespace RetinaSharp.Experiments.Scenes;

/// <summary>Value noise: random values in [0, 1) at points with integer coordinates (the lattice), smoothly interpolated in between.</summary>
internal sealed class ValueNoise(ulong seed)
{
    /// <summary>Returns the noise at a point, in [0, 1).</summary>
    public double At(double x, double y)
    {
        var (left, upper) = (Math.Floor(x), Math.Floor(y));
        var (column, row) = ((long)left, (long)upper);
        var (u, v) = (Smooth(x - left), Smooth(y - upper));
        var (a, b) = (Lattice(column, row), Lattice(column + 1, row));
        var (c, d) = (Lattice(column, row + 1), Lattice(column + 1, row + 1));
        var (top, bottom) = (a + ((b - a) * u), c + ((d - c) * u));
        return top + ((bottom - top) * v);
    }

    /// <summary>
    /// Returns fractal noise at a point, in [0, 1): the weighted mean of several octaves, each with twice the frequency and half the weight of the previous.
    /// </summary>
    public double Fractal(double x, double y, int octaves)
    {
        var (sum, weight, total) = (0.0, 1.0, 0.0);
        for (var octave = 0; octave < octaves; octave++)
        {
            sum += weight * At(x, y);
            total += weight;
            weight /= 2;
            // Shifted off the lattice of the previous octave, to avoid artifacts.
            (x, y) = ((2 * x) + 17.3, (2 * y) + 9.1);
        }

        return sum / total;
    }

    /// <summary>Returns the random value at a lattice point, in [0, 1).</summary>
    public double Lattice(long column, long row)
    {
        // SplitMix64 finalizer of both coordinates.
        var z = seed ^ ((ulong)column * 0x9E3779B97F4A7C15) ^ ((ulong)row * 0xC2B2AE3D27D4EB4F);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private static double Smooth(double t) => t * t * (3 - (2 * t));
}
