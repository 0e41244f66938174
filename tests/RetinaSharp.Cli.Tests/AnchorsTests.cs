using System.Text.Json;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Tests;

public sealed class AnchorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Anchors_Data_ShowsTheCoverageBySizeAndShape()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 4);

        var text = CommandResult.Retina("anchors", data, "--size", "64").IsDone();
        var json = CommandResult.Retina("anchors", data, "--size", "64", "--json").IsDone().Json;

        Assert.Contains("8 boxes", text.Out);
        Assert.Contains("size: small", text.Out);
        Assert.Contains("shape: nearly square", text.Out);
        Assert.DoesNotContain("fitted", text.Out);
        var anchors = json.GetProperty("anchors");
        Assert.Equal(8, anchors.GetProperty("all").GetProperty("boxes").GetInt32());
        Assert.Equal(8, anchors.GetProperty("by_shape").EnumerateArray().Sum(group => group.GetProperty("boxes").GetInt32()));
        Assert.False(json.TryGetProperty("fitted", out _));
    }

    [Fact]
    public void Anchors_Fit_PrintsOptionsThatGiveItsCoverage()
    {
        var data = LongBoxes();

        var json = CommandResult.Retina("anchors", data, "--size", "128x128", "--fit", "--json").IsDone().Json;
        var fitted = json.GetProperty("fitted");
        var options = fitted.GetProperty("options").GetString()!.Split(' ');
        var again = CommandResult.Retina(["anchors", data, .. options.Contains("--size") ? [] : (string[])["--size", "128x128"], .. options, "--json"]).IsDone().Json.GetProperty("anchors");

        Assert.True(fitted.GetProperty("changed").GetBoolean());
        Assert.True(Covered(fitted) > Covered(json.GetProperty("anchors")));
        Assert.Equal(fitted.GetProperty("all").GetRawText(), again.GetProperty("all").GetRawText());
        Assert.Contains("retina train --", CommandResult.Retina("anchors", data, "--size", "128x128", "--fit").IsDone().Out);
    }

    [Fact]
    public void Anchors_FitWithGivenSettings_KeepsThem()
    {
        var fitted = CommandResult.Retina("anchors", LongBoxes(), "--size", "128x128", "--levels", "3-7", "--scales", "1,1.5", "--fit", "--json").IsDone().Json.GetProperty("fitted");

        Assert.DoesNotMatch("--(size|levels|scales)", fitted.GetProperty("options").GetString());
        Assert.Equal("1,1.5", string.Join(',', fitted.GetProperty("scales").EnumerateArray().Select(scale => scale.GetDouble())));
    }

    [Fact]
    public void Train_AnchorsAuto_StoresTheFittedOnesAndResumesWithThem()
    {
        var data = LongBoxes();
        string[] train = ["train", "--train", data, "--out", _folder.At("run"), "--preset", "tiny", "--size", "64x64", "--batch", "4", "--precision", "fp32", "--anchors", "auto"];

        var first = CommandResult.Retina([.. train, "--epochs", "1"]).IsDone();
        var config = File.ReadAllText(_folder.At("run", "config.json"));
        CommandResult.Retina([.. train, "--epochs", "2", "--resume"]).IsDone();

        Assert.Contains("anchors fitted to the data: ", first.Error);
        Assert.Contains(" after (", first.Error);
        Assert.NotEqual("0.5,1,2", Ratios(config));
        Assert.Equal(Ratios(config), Ratios(File.ReadAllText(_folder.At("run", "config.json"))));
    }

    [Fact]
    public void Train_AnchorsAutoOnSlices_FitsThemToTheSlices()
    {
        // At the input size, the object is smaller than a pixel in the image, but not in a slice.
        var data = LargeImage.Write(_folder.At("data"));
        // Ends the run after the fit.
        File.WriteAllBytes(_folder.At("data", "large.png"), []);

        var training = CommandResult.Retina("train", "--train", data, "--out", _folder.At("run"), "--preset", "tiny", "--size", "64x64", "--tile", "64", "--batch", "4", "--anchors", "auto");

        Assert.Contains("anchors fitted to the data: ", training.Error);
        Assert.DoesNotContain("mean best IoU 0.000", training.Error);
    }

    [Theory]
    [InlineData("--preset", "pretrained")]
    [InlineData("--preset", "tiny", "--assigner", "atss")]
    [InlineData("--preset", "tiny", "--head", "points", "--assigner", "iou")]
    public void Train_AnchorsAutoWithoutAnchorsByIou_ExitsWith2(params string[] options)
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 2);

        CommandResult.Retina(["train", "--train", data, "--out", _folder.At("run"), "--anchors", "auto", .. options])
            .IsRefused(ExitCode.WrongUsage, "--anchors auto", "add --head anchors --assigner iou");
    }

    [Fact]
    public void Show_StretchedInput_ProposesAStretchedOne()
    {
        var settings = Presets.Named("tiny") with { Input = InputSize.Square(64) };
        var coverage = AnchorCoverage.Compute(DetectionDataset.Open(ColoredRectangles.Write(_folder.Root, images: 1)), settings);
        var fit = new AnchorFit(settings.Model.Anchors, InputSize.Square(96), coverage, coverage) { IsChanged = true };
        using var stdout = new StringWriter();

        new AnchorFitReport("data", settings, coverage, fit).Show(new(stdout, Consoles.Over(TextWriter.Null)));

        Assert.Contains("retina train --size 96!", stdout.ToString());
    }

    // Boxes of 6:1, which the presets' ratios do not cover.
    private string LongBoxes()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 8);
        File.WriteAllText(data, File.ReadAllText(data).Replace("20,16]", "48,8]").Replace("24,22]", "30,5]"));
        return data;
    }

    private static int Covered(JsonElement anchors) => anchors.GetProperty("all").GetProperty("covered").GetInt32();

    private static string Ratios(string config)
    {
        using var document = JsonDocument.Parse(config);
        return string.Join(',', document.RootElement.GetProperty("model").GetProperty("anchors").GetProperty("ratios").EnumerateArray().Select(ratio => ratio.GetDouble()));
    }
}
