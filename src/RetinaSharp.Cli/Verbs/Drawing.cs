using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Writes images with what was found drawn on them.</summary>
internal sealed class Drawing
{
    private readonly DrawnNames _names;
    private readonly double _threshold;

    /// <param name="folder">Where they go.</param>
    /// <param name="sources">All images that are read.</param>
    /// <param name="threshold">Scores below this are not drawn.</param>
    public Drawing(string folder, IEnumerable<string> sources, double threshold) => (_names, _threshold) = (new(folder, sources), threshold);

    public void Save(DetectedImage detected)
    {
        // The best is drawn last, over the others.
        var labels = detected.Objects.Where(found => found.Score >= _threshold).Reverse().Select(found =>
            new BoxLabel(found.Box.X1, found.Box.Y1, found.Box.X2, found.Box.Y2, $"{found.Category.Name} {found.Score:0.00}", found.Class));
        Image.Load(detected.File).Draw([.. labels]).Save(_names.For(detected.File));
    }
}
