using System.Xml.Linq;

namespace RetinaSharp.Cli.Tests.Losses;

public sealed class LossCurvesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Curves_NewFolder_HasPlotsAndTheirData()
    {
        var files = CommandResult.Retina("loss", "curves", "--out", _folder.At("new", "curves"), "--json").IsDone().Json
            .GetProperty("files").EnumerateArray().Select(file => file.GetString()!).ToList();

        Assert.Equal(Directory.GetFiles(_folder.At("new", "curves")).Order(), files.Order());
        Assert.Equal(9, files.Count(file => file.EndsWith(".svg", StringComparison.Ordinal)));
        Assert.All(files.Where(file => file.EndsWith(".svg", StringComparison.Ordinal)), file => Assert.Equal("svg", XDocument.Load(file).Root!.Name.LocalName));

        // Figure 1 of the paper, at p_t = 0.9 of its text.
        var table = File.ReadAllLines(files.Single(file => Path.GetFileName(file) == "loss-by-probability.csv"));
        Assert.Equal("p_t,CE (γ = 0),γ = 0.5,γ = 1,γ = 2,γ = 5", table[0]);
        var at90 = table.Single(line => line.StartsWith("0.9,", StringComparison.Ordinal)).Split(',').Select(double.Parse).ToArray();
        foreach (var (gamma, column) in new[] { 0, .5, 1, 2, 5 }.Select((gamma, i) => (gamma, i + 1)))
            Assert.Equal(-Math.Pow(.1, gamma) * Math.Log(.9), at90[column], 1e-12);
        Assert.Equal("1,0,0,0,0,0", table[^1]);
    }

    [Fact]
    public void Curves_Family_MatchFormulas()
    {
        CommandResult.Retina("loss", "curves", "--out", _folder.Root).IsDone();

        double[] Row(string name, string x) =>
            [.. File.ReadLines(_folder.At($"{name}.csv")).Single(line => line.StartsWith($"{x},", StringComparison.Ordinal)).Split(',')[1..].Select(double.Parse)];
        var ce = -Math.Log(.8);
        double[] negatives = [ce, .04 * ce, .75 * .04 * ce, .04 * ce + .008, Math.Pow(.15, 4) * -Math.Log(.85), 4.6 * Math.Pow(.2, (float)9.2) * ce];
        foreach (var (expected, actual) in negatives.Zip(Row("negative-loss-by-probability", "0.2")))
            Assert.Equal(expected, actual, 1e-12);
        var mixed = -.7 * Math.Log(.2) - .3 * Math.Log(.8);
        double[] qualities = [mixed, -.7 * .64 * Math.Log(.2) - .3 * .04 * Math.Log(.8), .25 * mixed, .7 * mixed];
        foreach (var (expected, actual) in qualities.Zip(Row("quality-loss-by-probability", "0.2")))
            Assert.Equal(expected, actual, 1e-12);
        // The loss is least, and the derivative 0, where the prediction equals the quality, but for focal loss with a soft target.
        var derivatives = Row("quality-derivative-by-probability", "0.7");
        Assert.Equal([0, 0, 0], new[] { derivatives[0], derivatives[2], derivatives[3] }.Select(number => Math.Round(number, 12)));
        Assert.True(Math.Abs(derivatives[1]) > .01);
    }

    [Fact]
    public void Curves_Twice_AreTheSameBytes()
    {
        var files = CommandResult.Retina("loss", "curves", "--out", _folder.Root).IsDone().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var before = files.Select(File.ReadAllBytes).ToList();

        CommandResult.Retina("loss", "curves", "--out", _folder.Root).IsDone();

        Assert.Equal(before, files.Select(File.ReadAllBytes));
    }

    [Fact]
    public void Curves_OutIsAFile_ExitsWith2() =>
        CommandResult.Retina("loss", "curves", "--out", _folder.Write("file", "kept")).IsRefused(ExitCode.WrongUsage, "is a file");
}
