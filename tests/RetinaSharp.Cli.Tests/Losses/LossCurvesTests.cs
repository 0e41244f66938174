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
        Assert.Equal(21, files.Count(file => file.EndsWith(".svg", StringComparison.Ordinal)));
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
    public void Curves_LongTailAndBoxes_MatchFormulas()
    {
        CommandResult.Retina("loss", "curves", "--out", _folder.Root).IsDone();

        void Check(string name, string x, double tolerance, params double[] expected)
        {
            double[] row = [.. File.ReadLines(_folder.At($"{name}.csv")).Single(line => line.StartsWith($"{x},", StringComparison.Ordinal)).Split(',')[1..].Select(double.Parse)];
            Assert.Equal(expected.Length, row.Length);
            foreach (var (one, other) in expected.Zip(row))
                Assert.Equal(one, other, tolerance);
        }

        double[] factors = [1, 16, 16 * Math.Pow(.1, .8), 16 * Math.Pow(.01, .8), Math.Pow(.01, .8)];
        Check("seesaw-loss-by-probability", "0.2", 1e-12, [.. factors.Select(factor => -Math.Log(.2 / (.2 + factor * .8)))]);
        Check("seesaw-derivative-by-probability", "0.2", 1e-12, [.. factors.Select(factor => factor * .8 / (.2 + factor * .8))]);
        double[] margins = [0, .125, .25, .5];
        Check("ldam-loss-by-difference", "0.25", 1e-12, [.. margins.Select(margin => Math.Log(1 + Math.Exp(-30 * (.25 - margin))))]);
        Check("ldam-derivative-by-difference", "0.25", 1e-12, [.. margins.Select(margin => -30 / (1 + Math.Exp(30 * (.25 - margin))))]);
        Check("class-balanced-weights", "10", 1e-6, .1 / (1 - Math.Pow(.9, 10)), .01 / (1 - Math.Pow(.99, 10)), .001 / (1 - Math.Pow(.999, 10)), .0001 / (1 - Math.Pow(.9999, 10)), .1);
        Check("poly-derivative-by-probability", "0.5", 1e-12, -.5, -.125 * Math.Log(2) * 2 - .125 + .1875, -.125 * Math.Log(2) * 2 - .125, -.125 * Math.Log(2) * 2 - .125 - .1875, -.125 * Math.Log(2) * 2 - .125 - .5625);
        Check("positive-loss-by-probability", "0.5", 1e-6, Math.Log(2), .5 * Math.Log(2), .25 * Math.Log(2), .25 * Math.Log(2) + .125, 4.6 * Math.Pow(.5, 9.2) * Math.Log(2));
        // Boxes are fp32.
        Check("box-loss-by-shift", "0.5", 1e-6, 2.0 / 3, 2.0 / 3, 2.0 / 3 + .25 / 3.25);
        Check("box-loss-by-shift", "1.5", 1e-6, 1, 1.2, 1 + 2.25 / 7.25);
        Check("box-derivative-by-shift", "1.5", 1e-6, 0, .32, (3 * 7.25 - 2.25 * 5) / (7.25 * 7.25));
        var v = 4 / (Math.PI * Math.PI) * Math.Pow(Math.Atan(1) - Math.Atan(4), 2);
        Check("box-loss-by-aspect-ratio", "4", 1e-6, 2.0 / 3, 2.0 / 3 + .25, 2.0 / 3 + v * v / (2.0 / 3 + v));
        var entropy = -.7 * Math.Log(.7) - .3 * Math.Log(.3);
        Check("distribution-focal-loss-by-distance", "2.3", 1e-6, -Math.Log(.7), entropy, -.5 * Math.Log(.7) - .5 * Math.Log(.3));
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
