namespace RetinaSharp.Cli.Tests.Losses;

public sealed class LossCalculatorTests
{
    /// <summary>Published examples: p, target, γ, cross entropy and focal loss to four digits.</summary>
    public static TheoryData<double, double, double, double, double> Published => new()
    {
        { .9, 1, 2, .1054, .001054 },
        { .1, 1, 2, 2.303, 1.865 },
        { .1, 1, 1, 2.303, 2.072 },
        { .9, 1, 1, .1054, .01054 },
        { .95, 1, 2, .05129, .0001282 },
        { .05, 0, 2, .05129, .0001282 },
    };

    public static TheoryData<string[], string> WrongUsages => new()
    {
        { ["loss"], "Give --p or --logit" },
        { ["loss", "--p", "0"], "--p: 0 is out of range" },
        { ["loss", "--p", "1"], "--p: 1 is out of range" },
        { ["loss", "--p", "x"], "--p: 'x' is not a number" },
        { ["loss", "--p", ".5", "--logit", "0"], "--logit has the same meaning as --p" },
        { ["loss", "--p", ".5", "--target", "1.5"], "--target: 1.5 is out of range; it must be from 0 to 1" },
        { ["loss", "--p", ".5", "--gamma", "-1"], "--gamma: -1 is out of range; it must be 0 or more" },
        { ["loss", "--p", ".5", "--alpha", "2"], "--alpha: 2 is out of range; it must be from 0 to 1" },
        { ["loss", "--p", ".5", "--gamma", "0", "--beta", "1"], "--gamma: 0 is out of range; with --beta" },
        { ["loss", "--p", ".5", "--beta", "1e99"], "--beta: 1E+99" },
        { ["loss", "--input", "a.json", "--gamma", "1"], "--gamma has no effect with --input" },
        { ["loss", "curves"], "--out" },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Loss_PublishedExample_HasItsValues(double p, double target, double gamma, double ce, double focal)
    {
        var json = CommandResult.Retina("loss", "--p", $"{p}", "--target", $"{target}", "--gamma", $"{gamma}", "--json").IsDone().Json;

        Assert.Equal(ce, Value("ce", "loss"), ce * 5e-4);
        Assert.Equal(focal, Value("focal", "loss"), focal * 5e-4);
        Assert.Equal(ce / focal, json.GetProperty("ce_over_focal").GetDouble(), ce / focal * 1e-3);
        var weight = target == 1 ? .25 : .75;
        Assert.Equal(weight * Value("ce", "loss"), Value("alpha_ce", "loss"), 1e-15);
        Assert.Equal(weight * Value("focal", "gradient"), Value("alpha_focal", "gradient"), 1e-15);

        double Value(string loss, string key) => json.GetProperty(loss).GetProperty(key).GetDouble();
    }

    [Theory]
    [InlineData(.9, 100, .01)]
    [InlineData(.968, 1000, .03)]
    public void Loss_EasyExample_HasTheRatioToCrossEntropy(double p, double expected, double tolerance)
    {
        var ratio = CommandResult.Retina("loss", "--p", $"{p}", "--json").IsDone().Json.GetProperty("ce_over_focal").GetDouble();

        Assert.Equal(expected, ratio, expected * tolerance);
        Assert.Contains("times FL.", CommandResult.Retina("loss", "--p", $"{p}").IsDone().Out);
    }

    [Fact]
    public void Loss_Beta_AddsFocalStar()
    {
        var json = CommandResult.Retina("loss", "--logit", "-1.5", "--gamma", "2", "--beta", "1", "--json").IsDone().Json;

        // -log σ(2 · -1.5 + 1) / 2, and σ(-2) - 1.
        Assert.Equal(Math.Log(1 + Math.Exp(2)) / 2, json.GetProperty("focal_star").GetProperty("loss").GetDouble(), 1e-14);
        Assert.Equal(-1 / (1 + Math.Exp(-2)), json.GetProperty("focal_star").GetProperty("gradient").GetDouble(), 1e-14);
        Assert.Equal(1, json.GetProperty("beta").GetDouble());
        Assert.False(CommandResult.Retina("loss", "--logit", "-1.5", "--json").IsDone().Json.TryGetProperty("focal_star", out _));
    }

    [Fact]
    public void Loss_WithoutJson_PrintsATable()
    {
        var table = CommandResult.Retina("loss", "--p", ".9", "--target", "1", "--gamma", "2", "--alpha", ".25").IsDone().Out;

        Assert.Matches(@"(?m)^CE +0\.105361 +-0\.1 *$", table);
        Assert.Matches(@"(?m)^FL \(γ = 2\) +0\.00105361 +-0\.00289649 *$", table);
        Assert.Contains("CE is 100 times FL.", table);
    }

    [Fact]
    public void Loss_SoftTarget_HasNoPt()
    {
        var json = CommandResult.Retina("loss", "--logit", "0", "--target", ".25", "--json").IsDone().Json;

        Assert.Equal("null", json.GetProperty("p_t").GetRawText());
        Assert.Equal(Math.Log(2), json.GetProperty("ce").GetProperty("loss").GetDouble(), 1e-15);
        Assert.Equal(.25, json.GetProperty("ce").GetProperty("gradient").GetDouble(), 1e-15);
    }

    [Theory]
    [InlineData("800")]
    [InlineData("-800")]
    [InlineData("1e308")]
    [InlineData("-1e300")]
    public void Loss_LargeLogit_IsFinite(string logit)
    {
        CommandResult.Retina("loss", "--logit", logit, "--beta", "1").IsDone();
        Assert.Equal(double.Parse(logit), CommandResult.Retina("loss", "--logit", logit, "--gamma", "5", "--json").IsDone().Json.GetProperty("logit").GetDouble());
    }

    [Theory]
    [MemberData(nameof(WrongUsages))]
    public void Loss_WrongUsage_ExitsWith2(string[] args, string words) => CommandResult.Retina(args).IsRefused(ExitCode.WrongUsage, words);
}
