using System.CommandLine;
using RetinaSharp.Cli.Losses;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;

namespace RetinaSharp.Cli.Verbs;

/// <summary>
/// Creates <c>retina loss</c>, which computes cross entropy, focal loss and FL* with their gradients, for one logit or for every element of a JSON file.
/// </summary>
internal static class LossVerb
{
    private const double DefaultTarget = 1, DefaultGamma = 2, DefaultAlpha = .25;

    public static Command Create(Session session)
    {
        var p = CliOption.Number("--p", "Predicted probability, between 0 and 1.", "P");
        var logit = CliOption.Number("--logit", "Predicted logit, log p / (1 - p).", "X");
        var target = CliOption.Number("--target", "Target: 1, 0, or a soft target between.", "Y", min: 0, max: 1).WithDefault(DefaultTarget);
        var gamma = CliOption.Number("--gamma", "Focusing parameter of focal loss.", min: 0).WithDefault(DefaultGamma);
        var alpha = CliOption.Number("--alpha", "Weight of the positives.", min: 0, max: 1).WithDefault(DefaultAlpha);
        var beta = CliOption.Number("--beta", "Shift of FL*; also computes FL*.");
        var input = CliOption.Text("--input", "FILE", "JSON with kind (ce|focal|focal-star|softmax-focal), logits, targets, alpha, gamma and beta; computes every element.");
        var json = SharedOptions.Json();
        Option[] single = [p, logit, target, gamma, alpha, beta];
        var command = new Command("loss", "Compute cross entropy, focal loss and their gradients.") { LossCurvesVerb.Create(session) };
        foreach (var option in single)
            command.Add(option);
        command.Add(input);
        command.Add(json);
        command.SetAction(parse =>
        {
            if (parse.GetValue(input) is { } file)
            {
                if (single.FirstOrDefault(parse.IsGiven) is { } unused)
                    throw new UsageException($"{unused.Name} has no effect with {input.Name}, whose file has this value; omit one of them");
                Compute(session, file, parse.GetValue(json));
                return ExitCode.Done;
            }

            var x = GetLogit(parse.GetOptional(p), parse.GetOptional(logit));
            var calculation = Calculate(x, parse.GetValue(target), parse.GetValue(gamma), parse.GetValue(alpha), parse.GetOptional(beta));
            if (parse.GetValue(json))
                session.Output.Json(writer => LossReport.Write(writer, calculation));
            else
                LossReport.Show(session.Output, calculation);
            return ExitCode.Done;
        });
        return command;
    }

    private static double GetLogit(double? p, double? logit) => (p, logit) switch
    {
        ( > 0 and < 1 and var probability, null) => Math.Log(probability) - Math.Log(1 - probability),
        ({ } probability, null) => throw new UsageException($"--p: {probability} is out of range; it must be above 0 and below 1, where the loss is finite"),
        (null, { } x) => x,
        (null, null) => throw new UsageException("Give --p or --logit for one value, or --input for a file of them."),
        _ => throw new UsageException("--logit has the same meaning as --p; omit one of them"),
    };

    private static LossCalculation Calculate(double logit, double target, double gamma, double alpha, double? beta)
    {
        if (beta is { } shift && !FocalStarRange.IsBeta(shift))
            throw new UsageException($"--beta: {shift} is out of range; it must be {FocalStarRange.Beta}");
        if (beta is not null && !FocalStarRange.IsGamma(gamma))
            throw new UsageException($"--gamma: {gamma} is out of range; with --beta it must be {FocalStarRange.Gamma}, because FL* divides by it");
        var calculation = new LossCalculation(logit, target, gamma, alpha, beta);
        return calculation.Losses.All(loss => double.IsFinite(loss.Value) && double.IsFinite(loss.Gradient))
            ? calculation
            : throw new UsageException($"--logit: at {logit} a loss with these parameters overflows");
    }

    private static void Compute(Session session, string path, bool asJson)
    {
        var file = new LossFile(path);
        foreach (var name in file.UnknownMembers)
            session.Output.Warning($"{path}: \"{name}\" is unknown and ignored; is it misspelled?");
        var values = file.Evaluate();
        if (asJson)
            session.Output.Json(writer => LossReport.Write(writer, values));
        else
            LossReport.Show(session.Output, values);
    }
}
