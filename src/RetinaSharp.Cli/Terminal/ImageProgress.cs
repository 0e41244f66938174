namespace RetinaSharp.Cli.Terminal;

/// <summary>Displays the number of processed images.</summary>
internal sealed class ImageProgress(ProgressDisplay display, int total) : IProgress<int>
{
    public void Report(int value) => display.Show(value, total, $"{value} of {total} images");
}
