namespace RetinaSharp.Cli.Tests;

[Collection(BadInput.SharedModel.Name)]
public sealed class Int8ExportTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.At("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_Int8_WritesAQuantizedFileAndMeasuresAp()
    {
        var json = CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--int8", "--calibrate", trained.Data, "--calibrate-images", "5", "--sensitivity-images", "1", "--json").IsDone().Json;

        var int8 = json.GetProperty("int8");
        Assert.Equal([File], json.GetProperty("files").EnumerateArray().Select(file => file.GetString()!));
        Assert.Equal(new FileInfo(File).Length, json.GetProperty("bytes").GetInt64());
        Assert.True(int8.GetProperty("bytes").GetInt64() < .4 * int8.GetProperty("fp32_bytes").GetInt64());
        Assert.Equal(5, int8.GetProperty("calibration_images").GetInt32());
        Assert.InRange(int8.GetProperty("metrics").GetProperty("int8").GetProperty("AP").GetDouble(), 0, 1);
        Assert.All(int8.GetProperty("layers").EnumerateArray(), layer => Assert.Equal("int8", layer.GetProperty("precision").GetString()));
        Assert.Equal("int8", CommandResult.Retina("info", File, "--json").IsDone().Json.GetProperty("model").GetProperty("precision").GetString());
        var ap = CommandResult.Retina("eval", File, trained.Data, "--json").IsDone().Json.GetProperty("metrics").GetProperty("AP").GetDouble();
        Assert.Equal(int8.GetProperty("metrics").GetProperty("int8").GetProperty("AP").GetDouble(), ap, 1e-9);
        Assert.Equal([File], Directory.EnumerateFiles(_folder.Root));
    }

    [Fact]
    public void Export_Int8_PrintsMetricsAndTheMostSensitiveLayers()
    {
        var ran = CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--int8", "--calibrate", trained.Data, "--check", trained.Data, "--keep-fp32", "backbone.body.conv1,head.regression_head.bbox_reg",
            "--sensitivity-images", "1", "--reduce-range").IsDone();

        var layers = ran.Out.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("backbone.", StringComparison.Ordinal) || line.StartsWith("head.", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, layers.Count(line => line.Contains(" fp32 ")));
        Assert.True(layers.Count(line => line.Contains(" int8 ")) > 20);
        Assert.Contains("MB in int8", ran.Out);
        Assert.Contains("AP50", ran.Out);
    }

    [Fact]
    public void Export_Int8BadCall_FailsAndWritesNothing()
    {
        Refused(ExitCode.WrongUsage, ["--int8"], "--calibrate DATA");
        Refused(ExitCode.WrongUsage, ["--calibrate", trained.Data], "--calibrate needs --int8");
        Refused(ExitCode.WrongUsage, ["--reduce-range"], "--reduce-range needs --int8");
        Refused(ExitCode.WrongUsage, ["--labels", trained.Images], "--labels needs --int8");
        Refused(ExitCode.WrongUsage, ["--drop-class", "red"], "--drop-class needs --int8");
        Refused(ExitCode.WrongUsage, ["--int8", "--calibrate", trained.Data, "--keep-fp32", "backbone.conv"], "backbone.conv");
        Refused(ExitCode.WrongUsage, ["--int8", "--calibrate", trained.Data, "--calibrate-images", "0"], "1 or more");
        Refused(ExitCode.WrongUsage, ["--int8", "--calibrate", trained.Data, "--sensitivity-images", "0", "--keep-sensitive", "1"], "--sensitivity-images");
        Refused(ExitCode.WrongUsage, ["--int8", "--calibrate", trained.Data, "--max-ap-drop", "2"], "from 0 to 1");
        Refused(ExitCode.WrongUsage, ["--int8", "--calibrate", trained.Data, "--check-images", trained.Images], "--check-images");
        Refused(ExitCode.BadData, ["--int8", "--calibrate", _folder.At("none")], "none");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));

        void Refused(int code, string[] options, string reason) => CommandResult.Retina(["export", "onnx", trained.Run, "--out", File, .. options]).IsRefused(code, reason);
    }
}
