using RetinaSharp.Boxes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A part of an image, on which the truth and detections can be told apart on any background: by colour, and dashed and solid.</summary>
internal sealed class BoxPainter
{
    /// <summary>The colour of detections in <see cref="BoxLabel"/>'s palette, an orange.</summary>
    public const int DetectionColour = 4;

    /// <summary>What the lines mean.</summary>
    public const string Legend = "Dashed blue: the truth. Solid orange: what was found.";

    private const int Channels = 3;
    private const int LongestDash = 8;

    // With a dark rim a line is seen on bright pixels too; blue and orange are apart for nearly every eye.
    private const int Rim = 1;
    private const int Line = 3;
    private static readonly byte[] Truth = [90, 190, 255];
    private static readonly byte[] Detection = [245, 130, 48];
    private static readonly byte[] Dark = [16, 20, 28];

    private readonly BoxXywh _part;
    private readonly byte[] _pixels;
    private readonly int _width;
    private readonly int _height;

    /// <param name="image">The image.</param>
    /// <param name="part">The part, in whole pixels within the image.</param>
    /// <param name="longSide">Pixels of its longer side as it is shown.</param>
    public BoxPainter(Image image, BoxXywh part, int longSide)
    {
        var scale = longSide / Math.Max(part.Width, part.Height);
        (_part, _width, _height) = (part, Scaled(part.Width), Scaled(part.Height));
        _pixels = new byte[_width * _height * Channels];
        image.ResizeInto(_pixels, _width * Channels, _width, _height, (int)part.X, (int)part.Y, (int)part.Width, (int)part.Height);

        int Scaled(double length) => Math.Max(1, (int)Math.Round(length * scale));
    }

    /// <summary>The image as it is now.</summary>
    public Image Image => new(_width, _height, _pixels);

    /// <summary>A box as it lies in <see cref="Image"/>.</summary>
    public Box Place(BoxXywh box) => new(
        (float)((box.X - _part.X) * _width / _part.Width), (float)((box.Y - _part.Y) * _height / _part.Height),
        (float)((box.X + box.Width - _part.X) * _width / _part.Width), (float)((box.Y + box.Height - _part.Y) * _height / _part.Height));

    public void PaintTruth(BoxXywh box) => Paint(box, Truth, isDashed: true);

    public void PaintDetection(BoxXywh box) => Paint(box, Detection, isDashed: false);

    private void Paint(BoxXywh box, byte[] colour, bool isDashed)
    {
        var place = Place(box);
        var (left, right) = (At(place.X1, _width), At(place.X2, _width));
        var (top, bottom) = (At(place.Y1, _height), At(place.Y2, _height));
        // Small boxes have dashes too.
        var dash = Math.Clamp(Math.Max(right - left, bottom - top) / 5, 2, LongestDash);
        foreach (var (rim, ink, isBroken) in new[] { (Rim, Dark, false), (0, colour, isDashed) })
        {
            foreach (var x in Steps(left - rim, right + Line + rim, isBroken))
                foreach (var y in new[] { top, bottom })
                    Fill(x, x + 1, y - rim, y + Line + rim, ink);
            foreach (var y in Steps(top - rim, bottom + Line + rim, isBroken))
                foreach (var x in new[] { left, right })
                    Fill(x - rim, x + Line + rim, y, y + 1, ink);
        }

        IEnumerable<int> Steps(int from, int to, bool isBroken) => Enumerable.Range(from, to - from).Where(at => !isBroken || (at - from) / dash % 2 == 0);

        // A line that leaves the picture is drawn at its border.
        static int At(float place, int size) => (int)MathF.Round(Math.Clamp(place, 0, size - Line));
    }

    private void Fill(int fromX, int toX, int fromY, int toY, byte[] ink)
    {
        for (var y = Math.Max(0, fromY); y < Math.Min(_height, toY); y++)
            for (var x = Math.Max(0, fromX); x < Math.Min(_width, toX); x++)
                ink.CopyTo(_pixels, (y * _width + x) * Channels);
    }
}
