using System.Runtime.CompilerServices;

namespace RetinaSharp.Losses.Tests;

public class BFloat16Tests
{
    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1.00390625f, 0x3F80)] // tie, rounds down to even
    [InlineData(1.01171875f, 0x3F82)] // tie, rounds up to even
    [InlineData(1.0039064f, 0x3F81)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(float.NaN, 0x7FC0)]
    public void FromFloat_Number_RoundsToNearestEven(float number, int bits) => Assert.Equal(bits, ((BFloat16)number).Bits);

    [Fact]
    public void ToFloat_AllBits_RoundTrip()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = new BFloat16((ushort)bits);
            Assert.True(float.IsNaN(number) || (BFloat16)(float)number == number);
        }
    }

    [Fact]
    public void Layout_IsTwoBytes() => Assert.Equal(2, Unsafe.SizeOf<BFloat16>());
}
