using RetinaSharp.Cli.Tests.BadInput;

namespace RetinaSharp.Cli.Tests;

public sealed class DataCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_CleanDataset_ExitsWith0AndSaysSo()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);

        var result = CommandResult.Retina("data", "check", data, "--preset", "tiny", "--decode").IsDone();

        Assert.Contains("12 images, 24 boxes, 0 errors", result.Out);
    }

    [Fact]
    public void Check_TruncatedImage_ExitsWith3AndJsonHasTheContractsProperties()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);
        var image = _folder.At("data", "04.png");
        File.WriteAllBytes(image, File.ReadAllBytes(image)[..^20]);

        var result = CommandResult.Retina("data", "check", data, "--json");

        Assert.Equal(ExitCode.BadData, result.Code);
        Assert.Equal(1, result.Json.GetProperty("errors").GetInt32());
        var problem = result.Json.GetProperty("problems")[0];
        Assert.Equal(("error", image), (problem.GetProperty("severity").GetString(), problem.GetProperty("file").GetString()));
        Assert.Equal("image 104", problem.GetProperty("place").GetString());
        Assert.NotEmpty(problem.GetProperty("reason").GetString()!);
    }

    [Fact]
    public void Check_Html_HasProblemsAndPictures()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);
        File.Copy(_folder.At("data", "03.png"), _folder.At("data", "04.png"), overwrite: true);

        CommandResult.Retina("data", "check", data, "--html", _folder.At("check.html")).IsDone();

        var html = File.ReadAllText(_folder.At("check.html"));
        Assert.Contains("is the same file as", html);
        Assert.Contains("data:image/jpeg;base64,", html);
        Assert.DoesNotContain("<script", html);
    }

    [Fact]
    public void Check_Fix_WritesADatasetWithoutErrors()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);
        File.WriteAllBytes(_folder.At("data", "04.png"), BadFile.Create("text"));
        File.WriteAllText(data, File.ReadAllText(data).Replace("\"bbox\":[4,6,20,16]", "\"bbox\":[-4,6,20,16]"));

        var result = CommandResult.Retina("data", "check", data, "--fix", "--out", _folder.At("fixed"));

        Assert.Equal(ExitCode.BadData, result.Code);
        Assert.Contains("1 images cannot be used: left out", result.Error);
        Assert.Contains("1 boxes extend beyond their image: clipped", result.Error);
        Assert.Contains("11 images, 22 boxes, 0 errors", CommandResult.Retina("data", "check", _folder.At("fixed")).IsDone().Out);
    }

    [Theory]
    [InlineData("--fix")]
    [InlineData("--out", "x")]
    public void Check_FixWithoutOut_IsWrongUsage(params string[] options)
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 1);

        CommandResult.Retina(["data", "check", data, .. options]).IsRefused(ExitCode.WrongUsage, "--fix and --out belong together");
    }

    [Fact]
    public void Check_NoDataset_ExitsWith3()
    {
        var result = CommandResult.Retina("data", "check", _folder.Root);

        Assert.Equal(ExitCode.BadData, result.Code);
        Assert.Contains("is not a dataset in a known format", result.Out);
    }
}
