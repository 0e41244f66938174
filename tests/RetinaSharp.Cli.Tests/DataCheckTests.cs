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

    [BrowserFact]
    public async Task Check_HtmlPage_FitsWideAndNarrowWindows()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 12);
        File.Copy(_folder.At("data", "03.png"), _folder.At("data", "04.png"), overwrite: true);
        File.WriteAllText(data, File.ReadAllText(data).Replace("\"bbox\":[4,6,20,16]", "\"bbox\":[-4,6,20,16]").Replace("\"blue\"", $"\"{new string('n', 200)}<script>\""));
        CommandResult.Retina("data", "check", data, "--html", _folder.At("check.html")).IsDone();
        await using var browser = await Browser.StartAsync();
        foreach (var width in (int[])[1280, 390])
            await browser.CheckReportAsync(_folder.At("check.html"), width, pictures: 2);
    }

    [Fact]
    public void Check_HtmlOfTwoSplitsWithEqualIds_ShowsTheImageOfTheProblem()
    {
        foreach (var split in (string[])["train", "val"])
        {
            ColoredRectangles.Write(_folder.At(split), images: 12);
            Directory.CreateDirectory(_folder.At("annotations"));
            File.Move(_folder.At(split, "boxes.json"), _folder.At("annotations", $"instances_{split}.json"));
        }

        var val = _folder.At("annotations", "instances_val.json");
        File.WriteAllText(val, File.ReadAllText(val).Replace("\"bbox\":[4,6,20,16]", "\"bbox\":[-4,6,20,16]"));
        File.Copy(_folder.At("val", "05.png"), _folder.At("val", "00.png"), overwrite: true);

        CommandResult.Retina("data", "check", _folder.Root, "--html", _folder.At("check.html"));

        // The picture that is shown for the box has the bytes of the image of val.
        var html = File.ReadAllText(_folder.At("check.html"));
        var figure = html[html.LastIndexOf("<figure", html.LastIndexOf("extends beyond the image", StringComparison.Ordinal), StringComparison.Ordinal)..];
        var picture = Imaging.Image.Decode(Convert.FromBase64String(figure.Split("base64,", 2)[1].Split('"')[0]));
        // Both images are gray at this place, but the red rectangle of the fifth begins further right.
        Assert.InRange(picture.Pixels[((10 * picture.Width) + 6) * 3], 100, 160);
    }

    [Fact]
    public void Check_HtmlOfLabelFiles_ShowsTheirImages()
    {
        ColoredRectangles.Write(_folder.Root, images: 12);
        File.Delete(_folder.At("boxes.json"));
        for (var i = 0; i < 12; i++)
            _folder.Write($"{i:00}.txt", i == 7 ? "0 0.5 0.5 0.2 0.2\n0 0.95 0.5 0.2 0.2\n" : "0 0.5 0.5 0.2 0.2\n");

        CommandResult.Retina("data", "check", _folder.Root, "--html", _folder.At("check.html")).IsDone();

        Assert.Contains("07.png: box", File.ReadAllText(_folder.At("check.html")));
    }

    [Fact]
    public void Check_Tile_CountsBoxesInSlices()
    {
        var data = LargeImage.Write(_folder.Root);

        Assert.Contains("1 of 1 boxes are smaller than a pixel", CommandResult.Retina("data", "check", data, "--size", "64").Out);
        Assert.DoesNotContain("smaller than a pixel", CommandResult.Retina("data", "check", data, "--size", "64", "--tile", "64").Out);
        CommandResult.Retina("data", "check", data, "--tile", "1").IsRefused(ExitCode.WrongUsage, "--tile", "Tiles of 1 pixels");
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

    [Fact]
    public void Check_HtmlThatCannotBeWritten_IsWrongUsageBeforeTheCheck()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 1);
        var before = File.ReadAllText(data);

        CommandResult.Retina("data", "check", data, "--html", data).IsRefused(ExitCode.WrongUsage, "--html", "would be overwritten");
        CommandResult.Retina("data", "check", data, "--html", _folder.Root).IsRefused(ExitCode.WrongUsage, "--html", "is a folder");
        CommandResult.Retina("data", "check", data, "--html", Path.Combine(data, "check.html")).IsRefused(ExitCode.WrongUsage, "--html", "is a file");

        Assert.Equal(before, File.ReadAllText(data));
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
