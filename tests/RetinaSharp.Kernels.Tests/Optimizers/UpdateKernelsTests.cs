using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

public sealed unsafe class UpdateKernelsTests : LeakCheck
{
    [Fact]
    public void ToBf16_ManyBitPatterns_MatchesLibTorch()
    {
        using var scope = NewDisposeScope();
        // All upper halves, with lower halves on both sides of ties; an odd number, so that there is a remainder.
        uint[] lowerHalves = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff];
        var bits = lowerHalves.SelectMany(lower => Enumerable.Range(0, 1 << 16).Select(upper => ((uint)upper << 16) | lower)).Append(0x3f808000u).ToArray();
        var tensor = TensorMemory.Create<uint>(bits, ScalarType.Float32, bits.Length);
        var expected = tensor.to(ScalarType.BFloat16).Elements<ushort>();
        var actual = new ushort[bits.Length];
        fixed (uint* from = bits)
        fixed (ushort* to = actual)
            UpdateKernels.ToBf16((float*)from, to, bits.Length);
        for (var i = 0; i < bits.Length; i++)
        {
            if (float.IsNaN(BitConverter.UInt32BitsToSingle(bits[i])))
                Assert.True(float.IsNaN(BitConverter.UInt32BitsToSingle((uint)actual[i] << 16)), $"{bits[i]:x}");
            else
                Assert.True(expected[i] == actual[i], $"{bits[i]:x}: {actual[i]:x}, not {expected[i]:x}");
        }
    }

    [Fact]
    public void ToFp32_AllBitPatterns_IsExact()
    {
        var from = Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits).Append((ushort)1).ToArray();
        var to = new uint[from.Length];
        fixed (ushort* source = from)
        fixed (uint* target = to)
            UpdateKernels.ToFp32(source, (float*)target, from.Length);
        Assert.Equal(from.Select(bits => (uint)bits << 16), to);
    }
}
