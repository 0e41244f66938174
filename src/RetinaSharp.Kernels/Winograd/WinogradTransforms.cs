using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Kernels;

/// <summary>
/// One-dimensional transforms of F(4, 3) on vectors of channels (Lavin and Gray, <see href="https://arxiv.org/abs/1509.09308">Fast
/// Algorithms for Convolutional Neural Networks</see>; Toom-Cook). The interpolation points are 0, ±5/8, ±3/2 and infinity. The rounding
/// error is half of that with the paper's points 0, ±1, ±2 and infinity, and all coefficients except those of the weight transform are
/// exact in fp32. The vectors of a result are stored <c>stride</c> elements apart.
/// </summary>
internal static unsafe class WinogradTransforms
{
    /// <summary>
    /// Along one dimension: the size of an output tile, of an input tile (the number of interpolation points), and of the kernel.
    /// </summary>
    public const int Tile = 4, Points = 6, Kernel = 3;

    /// <summary>Number of points of a tile in the Winograd domain. Each point has its own GEMM.</summary>
    public const int Domain = Points * Points;

    // The interpolation points ±a and ±b.
    private const float A = .625f, B = 1.5f, AA = A * A, BB = B * B;

    // Factors of the weight transform: the transformed weight at a point is divided by the product of the differences between this point
    // and the others.
    private const float AtZero = 1 / (AA * BB), AtA = 1 / (2 * AA * (AA - BB)), AtB = 1 / (2 * BB * (BB - AA));

    /// <summary>Input transform: multiplies six inputs by the matrix Bᵀ (in the paper's notation).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(
        Vector256<float> d0, Vector256<float> d1, Vector256<float> d2, Vector256<float> d3, Vector256<float> d4, Vector256<float> d5, float* to, nint stride)
    {
        FusedAdd(AA * BB, d0, FusedAdd(-(AA + BB), d2, d4)).Store(to);
        Pair(FusedAdd(-BB, d2, d4), FusedAdd(-BB, d1, d3), A, to + stride, stride);
        Pair(FusedAdd(-AA, d2, d4), FusedAdd(-AA, d1, d3), B, to + 3 * stride, stride);
        FusedAdd(AA * BB, d1, FusedAdd(-(AA + BB), d3, d5)).Store(to + 5 * stride);
    }

    /// <summary>Weight transform: multiplies three weights by the matrix G (in the paper's notation).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weight(Vector256<float> g0, Vector256<float> g1, Vector256<float> g2, float* to, nint stride)
    {
        (AtZero * g0).Store(to);
        Pair(AtA * FusedAdd(AA, g2, g0), AtA * g1, A, to + stride, stride);
        Pair(AtB * FusedAdd(BB, g2, g0), AtB * g1, B, to + 3 * stride, stride);
        g2.Store(to + 5 * stride);
    }

    /// <summary>
    /// Output transform: multiplies six values in the Winograd domain by the matrix Aᵀ (in the paper's notation), which gives four outputs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(
        Vector256<float> m0, Vector256<float> m1, Vector256<float> m2, Vector256<float> m3, Vector256<float> m4, Vector256<float> m5, float* to, nint stride)
    {
        Vector256<float> evenA = m1 + m2, oddA = m1 - m2, evenB = m3 + m4, oddB = m3 - m4;
        (m0 + evenA + evenB).Store(to);
        FusedAdd(B, oddB, A * oddA).Store(to + stride);
        FusedAdd(BB, evenB, AA * evenA).Store(to + 2 * stride);
        FusedAdd(B * BB, oddB, FusedAdd(A * AA, oddA, m5)).Store(to + 3 * stride);
    }

    /// <summary>Output gradient transform: multiplies the gradients of four outputs by A, the transpose of the output transform.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient(Vector256<float> y0, Vector256<float> y1, Vector256<float> y2, Vector256<float> y3, float* to, nint stride)
    {
        y0.Store(to);
        Pair(FusedAdd(AA, y2, y0), FusedAdd(AA, y3, y1), A, to + stride, stride);
        Pair(FusedAdd(BB, y2, y0), FusedAdd(BB, y3, y1), B, to + 3 * stride, stride);
        y3.Store(to + 5 * stride);
    }

    /// <summary>
    /// Weight gradient transform: multiplies six values in the Winograd domain by Gᵀ, the transpose of the weight transform, which gives
    /// the gradients of three weights.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient(
        Vector256<float> m0, Vector256<float> m1, Vector256<float> m2, Vector256<float> m3, Vector256<float> m4, Vector256<float> m5, float* to, nint stride)
    {
        Vector256<float> evenA = AtA * (m1 + m2), oddA = AtA * (m1 - m2), evenB = AtB * (m3 + m4), oddB = AtB * (m3 - m4);
        (FusedAdd(AtZero, m0, evenA) + evenB).Store(to);
        FusedAdd(B, oddB, A * oddA).Store(to + stride);
        FusedAdd(BB, evenB, FusedAdd(AA, evenA, m5)).Store(to + 2 * stride);
    }

    // The values of a polynomial at x and -x are the sum and the difference of its even and odd parts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(Vector256<float> even, Vector256<float> odd, float x, float* to, nint stride)
    {
        FusedAdd(x, odd, even).Store(to);
        FusedAdd(-x, odd, even).Store(to + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FusedAdd(float factor, Vector256<float> value, Vector256<float> addend) =>
        Vector256.MultiplyAddEstimate(Vector256.Create(factor), value, addend);
}
