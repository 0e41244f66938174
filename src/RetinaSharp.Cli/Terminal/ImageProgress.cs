namespace RetinaSharp.Cli.Terminal;

/// <summary>Displays progress as the number of processed images.</summary>
/// <param name="display">The display.</param>
/// <param name="total">Total number of images.</param>
internal sealed class ImageProgress(ProgressDisplay display, int total) : IProgress<int>
{
    public void Report(int value) => display.Show(value, total, $"{value} of {total} images");
}
