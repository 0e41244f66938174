using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Writes images with detections drawn on them.</summary>
internal sealed class Drawing
{
    private readonly DrawnNames _names;
    private readonly double _threshold;

    /// <param name="folder">The output folder.</param>
    /// <param name="sources">All images that are read.</param>
    /// <param name="threshold">Detections with lower scores are not drawn.</param>
    public Drawing(string folder, IEnumerable<string> sources, double threshold) => (_names, _threshold) = (new(folder, sources), threshold);

    /// <summary>Chooses the output file of an image and returns an action that draws and writes it, on any thread. File names depend on the order of the calls.</summary>
    public Action Plan(DetectedImage detected)
    {
        var path = _names.For(detected.File);
        return () =>
        {
            var labels = detected.Objects.Where(found => found.Score >= _threshold).Select(found =>
                new BoxLabel(found.Box.X1, found.Box.Y1, found.Box.X2, found.Box.Y2, $"{found.Category.Name} {found.Score:0.00}", found.Class));
            Image.Load(detected.File).Draw([.. labels]).Save(path);
        };
    }
}
