namespace RetinaSharp.Imaging.Tests;

public class PixelFlipTests
{
    [Fact]
    public void Horizontal_Stride_MirrorsEachRow()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 99, 11, 12, 13, 14, 15, 16, 17, 18, 19, 99];

        PixelFlip.Horizontal(pixels, 10, 3, 2);

        Assert.Equal([7, 8, 9, 4, 5, 6, 1, 2, 3, 99, 17, 18, 19, 14, 15, 16, 11, 12, 13, 99], pixels);
    }

    [Fact]
    public void Vertical_Stride_MirrorsEachColumn()
    {
        byte[] pixels = [1, 2, 3, 99, 4, 5, 6, 99, 7, 8, 9, 99];

        PixelFlip.Vertical(pixels, 4, 1, 3);

        Assert.Equal([7, 8, 9, 99, 4, 5, 6, 99, 1, 2, 3, 99], pixels);
    }

    [Fact]
    public void Horizontal_BufferTooSmall_Throws() =>
        Assert.Throws<ArgumentException>(() => PixelFlip.Horizontal(new byte[17], 9, 3, 2));
}
