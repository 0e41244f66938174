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

    /// <summary>Gives an image its file, by the order of the calls, and returns what draws and writes it, on any thread.</summary>
    public Action Plan(DetectedImage detected)
    {
        var path = _names.For(detected.File);
        return () =>
        {
            // The best is drawn last, over the others.
            var labels = detected.Objects.Where(found => found.Score >= _threshold).Reverse().Select(found =>
                new BoxLabel(found.Box.X1, found.Box.Y1, found.Box.X2, found.Box.Y2, $"{found.Category.Name} {found.Score:0.00}", found.Class));
            Image.Load(detected.File).Draw([.. labels]).Save(path);
        };
    }
}
