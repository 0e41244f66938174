using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Imaging;

/// <summary>
/// An affine transform of RGB colors, applied to pixels in place: out = M · (R, G, B) + offset, rounded to nearest and clamped to [0, 255].
/// </summary>
/// <remarks>
/// <see cref="Jitter"/> composes torchvision's adjust_brightness, adjust_contrast and adjust_saturation, in this order, into one transform:
/// each of them is affine once the mean gray of the image is known. torchvision clamps and rounds after each of the three, this class only
/// once at the end. Results therefore differ where an intermediate value is outside of [0, 255].
/// The hue is rotated by the linear transform of SVG's feColorMatrix, type hueRotate; torchvision's rotation in HSV is not linear.
/// </remarks>
public sealed class ColorTransform
{
    // torchvision's rgb_to_grayscale; the weights sum to 0.9999.
    private const double GrayR = 0.2989, GrayG = 0.587, GrayB = 0.114;

    private readonly float[] _matrix;

    /// <summary>Creates a transform from its 3 x 4 matrix [M, offset].</summary>
    /// <param name="matrix">
    /// The 3 x 4 matrix in row-major order, with finite elements. The rows compute R, G and B of the output; the columns are the factors of
    /// R, G and B of the input, and the offset.
    /// </param>
    /// <exception cref="ArgumentException">The matrix does not have 12 elements, or one is not finite.</exception>
    public ColorTransform(ReadOnlySpan<float> matrix)
    {
        if (matrix.Length != 12)
            throw new ArgumentException($"a 3 x 4 matrix has 12 elements, but there are {matrix.Length}", nameof(matrix));
        foreach (var value in matrix)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException($"{value} is not finite", nameof(matrix));
        }
        _matrix = matrix.ToArray();
    }

    /// <summary>Creates the transform that adjusts brightness, then contrast, then saturation, then hue.</summary>
    /// <param name="brightness">Brightness factor, 0 or more; 1 leaves the image unchanged, 0 gives black.</param>
    /// <param name="contrast">Contrast factor, 0 or more; 1 leaves the image unchanged, 0 gives its mean gray.</param>
    /// <param name="saturation">Saturation factor, 0 or more; 1 leaves the image unchanged, 0 gives grayscale.</param>
    /// <param name="meanGray"><see cref="MeanGray"/> of the unmodified image, 0 to 255.</param>
    /// <param name="hue">Rotation of the hue as a fraction of the color circle, usually from -0.5 to 0.5; 0 leaves the image unchanged. Luma is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative.</exception>
    public static ColorTransform Jitter(double brightness, double contrast, double saturation, double meanGray, double hue = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(brightness);
        ArgumentOutOfRangeException.ThrowIfNegative(contrast);
        ArgumentOutOfRangeException.ThrowIfNegative(saturation);
        // Brightness b and contrast c: c·b·x + (1 − c)·b·mean. Saturation s: s·x + (1 − s)·gray(x).
        var scale = contrast * brightness;
        var shift = (1 - contrast) * brightness * meanGray * (saturation + (1 - saturation) * (GrayR + GrayG + GrayB));
        var gray = (1 - saturation) * scale;
        var channel = saturation * scale;
        ReadOnlySpan<double> matrix =
        [
            channel + gray * GrayR, gray * GrayG, gray * GrayB, shift,
            gray * GrayR, channel + gray * GrayG, gray * GrayB, shift,
            gray * GrayR, gray * GrayG, channel + gray * GrayB, shift,
        ];
        Span<float> coefficients = stackalloc float[12];
        for (var i = 0; i < coefficients.Length; i++)
            coefficients[i] = (float)(hue == 0 ? matrix[i] : RotateHue(matrix, i, hue));
        return new ColorTransform(coefficients);
    }

    // An element of the product of SVG's hueRotate matrix and a 3 x 4 matrix.
    private static double RotateHue(ReadOnlySpan<double> matrix, int element, double hue)
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * hue);
        var (row, column) = Math.DivRem(element, 4);
        var (r, g, b) = (matrix[column], matrix[4 + column], matrix[8 + column]);
        var luma = .213 * r + .715 * g + .072 * b;
        return row switch
        {
            0 => luma + cos * (r - luma) + sin * (-.213 * r - .715 * g + .928 * b),
            1 => luma + cos * (g - luma) + sin * (.143 * r + .140 * g - .283 * b),
            _ => luma + cos * (b - luma) + sin * (-.787 * r + .715 * g + .072 * b),
        };
    }

    /// <summary>Computes the mean gray value of an image: the mean of 0.2989 R + 0.587 G + 0.114 B over all pixels, in [0, 255].</summary>
    /// <param name="pixels">The RGB pixels, starting at the first byte of the first row.</param>
    /// <param name="stride">Number of bytes from one row to the next, at least 3 · width.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static double MeanGray(ReadOnlySpan<byte> pixels, int stride, int width, int height)
    {
        PixelRows.Check(pixels, stride, width, height);
        Span<long> sums = stackalloc long[3];
        for (var y = 0; y < height; y++)
            AddChannels(pixels.Slice(y * stride, 3 * width), sums);
        return (GrayR * sums[0] + GrayG * sums[1] + GrayB * sums[2]) / ((double)width * height);
    }

    /// <summary>Applies the transform to every pixel, in place. Does not allocate memory.</summary>
    /// <param name="pixels">The RGB pixels, starting at the first byte of the first row; bytes between rows are not modified.</param>
    /// <param name="stride">Number of bytes from one row to the next, at least 3 · width.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(Span<byte> pixels, int stride, int width, int height)
    {
        PixelRows.Check(pixels, stride, width, height);
        Span<byte> last = stackalloc byte[RgbBlock.Bytes];
        for (var y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * stride, 3 * width);
            for (; row.Length >= RgbBlock.Bytes; row = row[RgbBlock.Bytes..])
                ApplyBlock(row);
            // The last block of a row uses the same code, so that the result for a pixel does not depend on its column.
            row.CopyTo(last);
            ApplyBlock(last);
            last[..row.Length].CopyTo(row);
        }
    }

    private static void AddChannels(ReadOnlySpan<byte> row, Span<long> sums)
    {
        // 16-bit lanes can sum 256 bytes of 255 without overflow. Each lane sums a single channel, because 48 is a multiple of 3.
        Span<ushort> lanes = stackalloc ushort[RgbBlock.Bytes];
        while (row.Length >= RgbBlock.Bytes)
        {
            var blocks = Math.Min(256, row.Length / RgbBlock.Bytes);
            for (var at = 0; at < RgbBlock.Bytes; at += Vector128<byte>.Count)
            {
                var (low, high) = (Vector128<ushort>.Zero, Vector128<ushort>.Zero);
                for (var block = 0; block < blocks; block++)
                {
                    var (a, b) = Vector128.Widen(Vector128.Create(row.Slice(block * RgbBlock.Bytes + at, Vector128<byte>.Count)));
                    (low, high) = (low + a, high + b);
                }
                low.CopyTo(lanes[at..]);
                high.CopyTo(lanes[(at + Vector128<ushort>.Count)..]);
            }
            for (var i = 0; i < RgbBlock.Bytes; i++)
                sums[i % 3] += lanes[i];
            row = row[(blocks * RgbBlock.Bytes)..];
        }
        for (var i = 0; i < row.Length; i++)
            sums[i % 3] += row[i];
    }

    private void ApplyBlock(Span<byte> block)
    {
        var (r, g, b) = RgbBlock.Split(block);
        var (r0, r1) = Widen(r);
        var (g0, g1) = Widen(g);
        var (b0, b1) = Widen(b);
        RgbBlock.Join(
            Narrow(Map(0, r0, g0, b0), Map(0, r1, g1, b1)), Narrow(Map(4, r0, g0, b0), Map(4, r1, g1, b1)), Narrow(Map(8, r0, g0, b0), Map(8, r1, g1, b1)), block);
    }

    // Computes one output channel of eight pixels; `row` is the index of the channel's first coefficient in the matrix.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Map(int row, Vector256<float> r, Vector256<float> g, Vector256<float> b)
    {
        var value = r * _matrix[row] + g * _matrix[row + 1] + b * _matrix[row + 2] + Vector256.Create(_matrix[row + 3] + 0.5f);
        return Vector256.MinNative(Vector256.MaxNative(value, Vector256<float>.Zero), Vector256.Create(255f));
    }

    private static (Vector256<float>, Vector256<float>) Widen(Vector128<byte> channel)
    {
        var (low, high) = Vector128.Widen(channel);
        return (Single(low), Single(high));

        static Vector256<float> Single(Vector128<ushort> half)
        {
            var (low, high) = Vector128.Widen(half);
            return Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32());
        }
    }

    // Truncating value + 0.5 rounds to nearest.
    private static Vector128<byte> Narrow(Vector256<float> first, Vector256<float> second)
    {
        var (low, high) = (Vector256.ConvertToInt32Native(first).AsUInt32(), Vector256.ConvertToInt32Native(second).AsUInt32());
        return Vector128.Narrow(Vector128.Narrow(low.GetLower(), low.GetUpper()), Vector128.Narrow(high.GetLower(), high.GetUpper()));
    }
}
