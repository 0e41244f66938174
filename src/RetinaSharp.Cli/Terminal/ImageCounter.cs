namespace RetinaSharp.Cli.Terminal;

/// <summary>Shows how many images are done, on the thread that reports it.</summary>
internal sealed class ImageCounter(ProgressDisplay display, int total) : IProgress<int>
{
    public void Report(int done) => display.Show(done, total, $"{done} of {total} images");
}
