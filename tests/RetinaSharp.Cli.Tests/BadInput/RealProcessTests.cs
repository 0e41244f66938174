using System.Runtime.Versioning;

namespace RetinaSharp.Cli.Tests.BadInput;

[Trait("Category", "Integration")]
[Collection(SharedModel.Name)]
public sealed class RealProcessTests(TrainedModel trained) : IDisposable
{
    private const int LargeSide = 1024;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Retina_BadInput_ExitsWith3AndPrintsOneLine()
    {
        var ran = RealProcess.Retina("data", "info", _folder.At("nothing.json"));

        ran.IsRefused(ExitCode.BadData);
        Assert.Equal($"error: {_folder.At("nothing.json")}: the file or folder does not exist\n", ran.Error);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("cut jpeg")]
    [InlineData("cut png")]
    [InlineData("cut webp")]
    public void Detect_BadImage_ExitsWith3AndPrintsOneLine(string kind)
    {
        var image = _folder.Write("a.png", "");
        File.WriteAllBytes(image, BadFile.Create(kind));

        var ran = RealProcess.Retina("detect", trained.Run, image);

        // Native decoders print nothing to stderr.
        ran.IsRefused(ExitCode.BadData);
        Assert.Matches($"^error: {image}: .*\n$", ran.Error);
    }

    [Fact]
    public void Detect_WithoutLibTorch_ExitsWith4AndNamesTheRemedy()
    {
        // The native libraries are in subfolders, which are not copied.
        CopyCommand();

        var ran = RealProcess.Run("dotnet", [_folder.At("RetinaSharp.Cli.dll"), "detect", trained.Run, Path.Combine(trained.Images, "00.png")]);

        ran.IsRefused(ExitCode.Unavailable, "error: LibTorch cannot be loaded", "libtorch_cpu.so was not found in: ", "TorchSharp-cpu");
    }

    [Fact]
    public void Detect_WithoutSkia_ExitsWith4AndNamesTheRemedy()
    {
        CopyCommand();
        // All native libraries except Skia.
        var native = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        Directory.CreateDirectory(_folder.At("runtimes", "linux-x64", "native"));
        foreach (var library in Directory.GetFiles(native).Where(file => !file.Contains("SkiaSharp")))
            File.CreateSymbolicLink(_folder.At("runtimes", "linux-x64", "native", Path.GetFileName(library)), library);

        var ran = RealProcess.Run("dotnet", [_folder.At("RetinaSharp.Cli.dll"), "detect", trained.Run, Path.Combine(trained.Images, "00.png")]);

        ran.IsRefused(ExitCode.Unavailable, "error: Images cannot be decoded: Skia's native library cannot be loaded", "libSkiaSharp", "SkiaSharp.NativeAssets");
    }

    [Fact]
    public void Train_HugeLearningRate_ExitsWith1AndKeepsTheLastGoodWeights()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 4);

        var ran = RealProcess.Retina("train", "--train", data, "--out", _folder.At("run"), "--preset", "tiny", "--size", "64", "--epochs", "60", "--batch", "4",
            "--optimizer", "sgd", "--lr", "1e6", "--clip", "0", "--warm-up", "30", "--precision", "fp32");

        ran.IsRefused(ExitCode.Failed, "is not finite at step ", ".png", "--lr");
        Assert.Matches("error: The (classification loss|box loss|gradient) is not finite", ran.Error);
        CommandResult.Retina("detect", _folder.At("run"), _folder.At("data", "00.png")).IsDone();
        Assert.Empty(Directory.GetFiles(_folder.At("run"), "*.tmp*"));
    }

    [Fact]
    public void Detect_ClosedPipe_PrintsNoError()
    {
        // The document is larger than the buffer of a pipe; `head` reads its first line.
        var call = $"dotnet '{RealProcess.Command}' detect '{trained.Run}' '{trained.Images}' --score-threshold 0 --nms 1 --max-detections 2000 --json";

        var ran = RealProcess.Run("bash", ["-c", $"{call} | head -n 1; echo ${{PIPESTATUS[0]}}"]);

        // A slow run prints its progress.
        Assert.All(ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^[0-9]+ of 12 images$", line));
        Assert.Equal("{\n0\n", ran.Out);
    }

    [Fact]
    public void Score_FullDiskOnStdout_ExitsWith1AndPrintsOneLine()
    {
        var ran = RealProcess.Run("bash", ["-c", $"dotnet '{RealProcess.Command}' score --truth '{trained.Data}' --detections '{_folder.Write("dt.json", "[]")}' >/dev/full"]);

        ran.IsRefused(ExitCode.Failed, "error: ", "No space left on device");
        Assert.Single(ran.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Eval_Interrupted_ExitsWith130AndWritesNothing()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);
        File.WriteAllText(data, File.ReadAllText(data).Replace("\"bbox\":[4,6,20,16]", "\"bbox\":[50,6,20,16]"));

        var ran = RealProcess.Run("dotnet", [RealProcess.Command, "eval", trained.Run, data, "--size", $"{LargeSide}", "--batch", "1", "--out", _folder.At("out")], interruptAt: "extends beyond the image");

        ran.IsRefused(ExitCode.Cancelled, "Cancelled.");
        Assert.False(File.Exists(_folder.At("out", "detections.json")));
    }

    [Fact]
    public void Detect_Interrupted_ExitsWith130AndWritesNoResults()
    {
        var corrupt = _folder.Write("corrupt.png", "no image");
        string[] images = [corrupt, .. Enumerable.Repeat(Path.Combine(trained.Images, "00.png"), 30)];

        var ran = RealProcess.Run("dotnet", [RealProcess.Command, "detect", trained.Run, .. images, "--size", $"{LargeSide}", "--out", _folder.At("out")], interruptAt: corrupt);

        ran.IsRefused(ExitCode.Cancelled, "Cancelled.");
        Assert.False(File.Exists(_folder.At("out", "detections.json")));
    }

    [UnsupportedOSPlatform("windows")]
    [Theory]
    [InlineData("data", "info")]
    [InlineData("detect")]
    public void Retina_UnreadableFolder_ExitsWith3(params string[] verb)
    {
        RealProcess.SkipUnlessUnprivileged();
        _folder.Write("voc/Annotations/a.xml", "<annotation/>");
        var closed = _folder.At("voc", "Annotations");
        string[] rest = verb is ["detect"] ? [trained.Run, closed] : [_folder.At("voc")];
        var open = File.GetUnixFileMode(closed);
        File.SetUnixFileMode(closed, UnixFileMode.None);
        try
        {
            var ran = RealProcess.RunUnprivileged("dotnet", [RealProcess.Command, .. verb, .. rest]);

            ran.IsRefused(ExitCode.BadData, closed, "cannot be read", "denied");
        }
        finally
        {
            File.SetUnixFileMode(closed, open);
        }
    }

    /// <summary>Copies the files of the built command, without subfolders.</summary>
    private void CopyCommand(string without = "")
    {
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory).Where(file => Path.GetFileName(file) != without && !Path.GetFileName(file).Contains("test", StringComparison.OrdinalIgnoreCase)))
            File.Copy(file, _folder.At(Path.GetFileName(file)));
    }
}
