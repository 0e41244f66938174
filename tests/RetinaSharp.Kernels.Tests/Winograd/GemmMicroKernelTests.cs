using System.Runtime.Intrinsics;

namespace RetinaSharp.Kernels.Tests;

/// <summary>Tests both vector widths on any CPU: .NET emulates the unsupported one.</summary>
public sealed unsafe class GemmMicroKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Multiply_AnyRows_MatchesMatmul(int rows)
    {
        Check<Simd256, Vector256<float>>(rows);
        Check<Simd512, Vector512<float>>(rows);
    }

    private static void Check<TSimd, TVector>(int rows)
        where TSimd : struct, ISimdOperations<TVector>
        where TVector : unmanaged
    {
        const int depth = 7;
        var width = 2 * TSimd.Count;
        var a = Enumerable.Range(0, rows * depth).Select(i => (float)(i % 11 - 5)).ToArray();
        var b = Enumerable.Range(0, depth * width).Select(i => (float)(i % 13 - 6)).ToArray();
        var c = Enumerable.Repeat(-1f, (rows + 1) * width).ToArray();
        fixed (float* pa = a, pb = b, pc = c)
        {
            GemmMicroKernel.Multiply<TSimd, TVector>(pa, depth, 1, rows, pb, depth, pc, width, accumulate: false);
            GemmMicroKernel.Multiply<TSimd, TVector>(pa, depth, 1, rows, pb, depth, pc, width, accumulate: true);
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < width; column++)
                Assert.Equal(2 * Enumerable.Range(0, depth).Sum(k => a[row * depth + k] * b[k * width + column]), c[row * width + column]);
        }

        Assert.All(c[(rows * width)..], value => Assert.Equal(-1, value));
    }
}
