namespace RetinaSharp.Distributed.Tests;

public sealed class BFloat16SumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Add_RandomBits_RoundsToTheNearestOfTheExactSum(int length)
    {
        var random = new Random(3);
        for (var repeat = 0; repeat < 200_000 / length; repeat++)
        {
            ushort[] from = [.. Enumerable.Range(0, length).Select(_ => (ushort)random.Next(1 << 16))];
            ushort[] to = [.. Enumerable.Range(0, length).Select(_ => (ushort)random.Next(1 << 16))];
            ushort[] expected = [.. from.Zip(to, Sum)];

            BFloat16Sum.Add(from, to);

            Assert.Equal(expected, to);
        }
    }

    [Theory]
    [InlineData(0x3F80, 0x3B80, 0x3F80)] // 1 + 2⁻⁸ is between 1 and the next number, and 1 is even
    [InlineData(0x3F81, 0x3B80, 0x3F82)] // the tie above goes up, to the even one
    [InlineData(0x7F7F, 0x7F7F, 0x7F80)] // overflow is infinite
    [InlineData(0x7F80, 0xFF80, 0x7FC0)] // ∞ - ∞
    [InlineData(0x7FFF, 0x3F80, 0x7FC0)] // NaN stays NaN; rounding must not carry it to 0
    [InlineData(0x8000, 0x8000, 0x8000)]
    public void Add_EdgeCases_AreThoseOfIeee754(int one, int other, int expected)
    {
        ushort[] to = [(ushort)other];

        BFloat16Sum.Add([(ushort)one], to);

        Assert.Equal((ushort)expected, to[0]);
    }

    // The sum of two bfloat16 is exact in fp64 unless their exponents are far apart; then the smaller one matters for ties only, which fp64 keeps.
    private static ushort Sum(ushort one, ushort other)
    {
        var sum = (float)(ToDouble(one) + ToDouble(other));
        if (float.IsNaN(sum))
            return 0x7FC0;
        if (float.IsInfinity(sum))
            return sum > 0 ? (ushort)0x7F80 : (ushort)0xFF80;
        var bits = BitConverter.SingleToUInt32Bits(sum);
        var (upper, lower) = (bits >> 16, bits & 0xFFFF);
        return (ushort)(lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1) ? upper + 1 : upper);
    }

    private static double ToDouble(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
