using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Tests.Reports;

public class PictureTests
{
    [Fact]
    public void Picture_PngFile_IsRecognizedByItsContent()
    {
        var picture = new Picture(Sample.Png, "two pixels");
        Assert.Equal(("image/png", 2, 1), (picture.MediaType, picture.Width, picture.Height));
    }

    [Fact]
    public void Picture_Image_IsEncoded()
    {
        var picture = new Picture(new Image(8, 4, new byte[8 * 4 * 3]), "black");
        Assert.Equal(("image/jpeg", 8, 4), (picture.MediaType, picture.Width, picture.Height));
    }

    [Fact]
    public void Picture_NoImage_Throws() => Assert.Throws<DatasetException>(() => new Picture("<svg/>"u8.ToArray(), "none"));

    [Fact]
    public void Picture_FormatThatBrowsersDoNotShow_Throws() =>
        Assert.Throws<ArgumentException>(() => new Picture((byte[])[.. "II*\0"u8, 8, 0, 0, 0, 2, 0, 0, 1, 3, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 1, 3, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0], "TIFF"));
}
