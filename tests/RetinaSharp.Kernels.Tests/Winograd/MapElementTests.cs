using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed unsafe class MapElementTests : LeakCheck
{
    [Fact]
    public void Bf16_EveryUpperHalf_RoundsLikeLibTorch()
    {
        // Each bf16 number with lower halves that are exact, below half, a tie, above half. Infinities, denormals and NaN are included.
        uint[] behind = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff];
        var values = new float[behind.Length << 16];
        for (var i = 0; i < values.Length; i++)
            values[i] = BitConverter.UInt32BitsToSingle(((uint)(i / behind.Length) << 16) | behind[i % behind.Length]);
        var rounded = new Bf16[values.Length];
        var widened = new float[values.Length];
        fixed (float* from = values, to = widened)
        fixed (Bf16* at = rounded)
        {
            for (var i = 0; i < values.Length; i += 8)
            {
                Bf16.Store(Vector256.Load(from + i), at + i);
                Bf16.Load(at + i).Store(to + i);
            }
        }

        using var scope = NewDisposeScope();
        var expected = tensor(values).to(ScalarType.BFloat16).to(ScalarType.Float32).Elements<float>().ToArray();
        // Any NaN equals any other here.
        Assert.Equal(expected, widened);
    }
}
