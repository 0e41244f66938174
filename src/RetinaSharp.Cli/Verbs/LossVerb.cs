using System.CommandLine;
using RetinaSharp.Cli.Losses;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina loss</c>: the members of the family at one logit, or over a file of them.</summary>
internal static class LossVerb
{
    private const double DefaultTarget = 1, DefaultGamma = 2, DefaultAlpha = .25;

    public static Command Create(Session session)
    {
        var p = Given.Value("--p", "P", "Probability that the model gives, between 0 and 1.");
        var logit = Given.Value("--logit", "X", "The same as a logit, log p / (1 - p).");
        var target = Given.Value("--target", "Y", "What is true: 1 if left out, 0, or a chance between.");
        var gamma = Given.Value("--gamma", "NUMBER", $"How much focal loss weighs down easy examples; {DefaultGamma} if left out.");
        var alpha = Given.Value("--alpha", "NUMBER", $"Weight of the positives, in [0, 1]; {DefaultAlpha} if left out.");
        var beta = Given.Value("--beta", "NUMBER", "Shift of FL*, which is computed too.");
        var input = Given.Value("--input", "FILE", "JSON with kind (ce|focal|focal-star|softmax-focal), logits, targets, alpha, gamma, beta: computes every element.");
        var json = Given.Json();
        Option<string?>[] ofOne = [p, logit, target, gamma, alpha, beta];
        var command = new Command("loss", "The loss calculator: cross entropy, focal loss and their gradients.") { LossCurvesVerb.Create(session) };
        foreach (var option in ofOne)
            command.Add(option);
        command.Add(input);
        command.Add(json);
        command.SetAction(parse =>
        {
            if (parse.GetValue(input) is { } file)
            {
                if (ofOne.FirstOrDefault(option => parse.GetValue(option) is not null) is { } other)
                    throw new UsageException($"{other.Name}: it has its place in the file that --input names; leave one of the two out");
                Compute(session, file, parse.GetValue(json));
                return ExitCode.Done;
            }

            var calculation = Calculate(Logit(parse), Read(parse, target, DefaultTarget, 0, 1), Read(parse, gamma, DefaultGamma, 0, double.MaxValue),
                Read(parse, alpha, DefaultAlpha, 0, 1), Given.ReadValue(parse, beta, OptionValue.Number));
            if (parse.GetValue(json))
                session.Output.Json(writer => LossReport.Write(writer, calculation));
            else
                LossReport.Show(session.Output, calculation);
            return ExitCode.Done;
        });
        return command;

        double Logit(ParseResult parse) => (Given.ReadValue(parse, p, OptionValue.Number), Given.ReadValue(parse, logit, OptionValue.Number)) switch
        {
            ( > 0 and < 1 and var probability, null) => Math.Log(probability) - Math.Log(1 - probability),
            ({ } outside, null) => throw new UsageException($"--p: {outside} is not between 0 and 1, ends excluded: at the ends the loss is infinite"),
            (null, { } given) => given,
            (null, null) => throw new UsageException("Give --p or --logit for one number, or --input for a file of them."),
            _ => throw new UsageException("--logit: it says the same as --p; leave one of the two out"),
        };
    }

    private static LossCalculation Calculate(double logit, double target, double gamma, double alpha, double? beta)
    {
        if (beta is { } shift && !StarRange.HasBeta(shift))
            throw new UsageException($"--beta: {shift} is not {StarRange.Beta}");
        if (beta is not null && !StarRange.HasGamma(gamma))
            throw new UsageException($"--gamma: FL* divides by it; with --beta it is {StarRange.Gamma}, not {gamma}");
        var calculation = new LossCalculation(logit, target, gamma, alpha, beta);
        return calculation.Figures.All(figure => double.IsFinite(figure.Loss) && double.IsFinite(figure.Gradient))
            ? calculation
            : throw new UsageException($"--logit: at {logit} with these settings a loss is beyond the largest number");
    }

    private static void Compute(Session session, string path, bool asJson)
    {
        var file = new LossFile(path);
        foreach (var name in file.Unknown)
            session.Output.Warn($"{path}: \"{name}\" means nothing here; is it misspelt?");
        var values = file.Evaluate();
        if (asJson)
            session.Output.Json(writer => LossReport.Write(writer, values));
        else
            LossReport.Show(session.Output, values);
    }

    private static double Read(ParseResult parse, Option<string?> option, double otherwise, double least, double most)
    {
        var value = Given.ReadValue(parse, option, OptionValue.Number) ?? otherwise;
        return value >= least && value <= most
            ? value
            : throw new UsageException($"{option.Name}: {value} is {(most == double.MaxValue ? $"below {least}" : $"outside of [{least}, {most}]")}");
    }
}
