using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Losses;

namespace RetinaSharp.Cli.Losses;

/// <summary>
/// The JSON file of <c>retina loss --input</c>: a loss with its parameters, logits and targets. The loss of each element is computed separately, in fp64.
/// </summary>
internal sealed class LossFile
{
    private const string Kind = "kind", Logits = "logits", Targets = "targets", Alpha = "alpha", Gamma = "gamma", Beta = "beta";
    private const double DefaultGamma = 2;

    private readonly JsonInput _json;

    /// <summary>Reads a file.</summary>
    /// <exception cref="DatasetException">The file cannot be read, or does not contain a JSON object.</exception>
    public LossFile(string path) => _json = JsonInput.Read(path);

    /// <summary>Names of unknown JSON properties in the file, which are ignored.</summary>
    public IEnumerable<string> UnknownMembers => _json.Root.EnumerateObject().Select(member => member.Name).Except([Kind, Logits, Targets, Alpha, Gamma, Beta]);

    /// <summary>Computes the losses of all elements and their gradients.</summary>
    /// <exception cref="DatasetException">A property or an element of the file is invalid; the message names it.</exception>
    public LossValues Evaluate()
    {
        var kind = _json.Find(Kind) is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
        var gamma = _json.Number(Gamma) ?? DefaultGamma;
        var beta = _json.Number(Beta) ?? 0;
        if (gamma < 0)
            throw _json.Error(Gamma, $"{gamma} is out of range; it must be 0 or more");
        if (kind == "focal-star" && !FocalStarRange.IsGamma(gamma))
            throw _json.Error(Gamma, $"{gamma} is out of range; for focal-star it must be {FocalStarRange.Gamma}");
        if (kind == "focal-star" && !FocalStarRange.IsBeta(beta))
            throw _json.Error(Beta, $"{beta} is out of range; for focal-star it must be {FocalStarRange.Beta}");
        return kind switch
        {
            "ce" => Binary(new CrossEntropy(SingleAlpha())),
            "focal" => Binary(new FocalLoss(gamma, SingleAlpha())),
            "focal-star" => Binary(new FocalStarLoss(gamma, beta, SingleAlpha())),
            "softmax-focal" => Softmax(new FocalLoss(gamma, alpha: null)),
            _ => throw _json.Error(Kind, "must be \"ce\", \"focal\", \"focal-star\" or \"softmax-focal\""),
        };
    }

    private double? SingleAlpha()
    {
        if (_json.Find(Alpha) is { ValueKind: JsonValueKind.Array })
            throw _json.Error(Alpha, "an array is only allowed for softmax-focal; give one number, the weight of the positives");
        return _json.Number(Alpha) is { } alpha ? RequireUnit(alpha, Alpha) : null;
    }

    private LossValues Binary<TLoss>(TLoss loss) where TLoss : struct, IBinaryLoss
    {
        var logits = _json.Numbers(_json.Array(Logits), Logits);
        var targets = _json.Numbers(_json.Array(Targets), Targets);
        RequireSameLength(logits.Length, targets.Length);
        var (losses, gradient) = (new double[logits.Length], new double[logits.Length]);
        for (var i = 0; i < logits.Length; i++)
        {
            RequireUnit(targets[i], JsonInput.Element(Targets, i));
            (losses[i], gradient[i]) = (loss.Value(logits[i], targets[i]), loss.Derivative(logits[i], targets[i]));
            RequireFinite(losses[i], gradient.AsSpan(i, 1), i);
        }

        return new(losses, gradient, null);
    }

    private LossValues Softmax(FocalLoss loss)
    {
        var rows = _json.Array(Logits);
        var count = rows.GetArrayLength();
        RequireSameLength(count, _json.Array(Targets).GetArrayLength());
        var classes = count == 0 ? 0 : rows[0].ValueKind == JsonValueKind.Array ? rows[0].GetArrayLength() : throw _json.Error(JsonInput.Element(Logits, 0), "expected an array; softmax-focal needs a row of logits per target");
        if (count > 0 && classes < 2)
            throw _json.Error(JsonInput.Element(Logits, 0), "has fewer than two logits; softmax needs two classes or more");
        var alpha = ClassAlpha(classes);
        var (losses, gradient) = (new double[count], new double[count * classes]);
        var part = new double[classes];
        var i = 0;
        foreach (var (row, target) in rows.EnumerateArray().Zip(_json.Array(Targets).EnumerateArray()))
        {
            var logits = Row(row, classes, JsonInput.Element(Logits, i));
            var weights = TargetRow(target, classes, i);
            var sum = gradient.AsSpan(i * classes, classes);
            // The loss is linear in the targets, so it is summed class by class, weighted by target and α in fp64. The library's methods
            // for soft targets and α take fp32.
            for (var label = 0; label < classes; label++)
            {
                if (weights[label] * alpha[label] is var weight && weight == 0)
                    continue;
                ReadOnlySpan<int> hard = [label];
                losses[i] += weight * SoftmaxLoss.Evaluate<FocalLoss, double>(loss, logits, hard, classes, part, new() { Threads = 1, AllowsNonFinite = true });
                for (var c = 0; c < classes; c++)
                    sum[c] += weight * part[c];
            }

            RequireFinite(losses[i], sum, i++);
        }

        return new(losses, gradient, classes);
    }

    /// <summary>Returns α of each class, [classes], from an array, a number, or 1 by default.</summary>
    private double[] ClassAlpha(int classes)
    {
        var alpha = new double[classes];
        if (_json.Find(Alpha) is not { ValueKind: JsonValueKind.Array } array)
        {
            Array.Fill(alpha, SingleAlpha() ?? 1);
            return alpha;
        }

        alpha = Row(array, classes, Alpha);
        for (var c = 0; c < classes; c++)
            RequireUnit(alpha[c], JsonInput.Element(Alpha, c));
        return alpha;
    }

    /// <summary>Returns the targets of an element for all classes, [classes]; in the file they are an array or a class index.</summary>
    private double[] TargetRow(JsonElement target, int classes, int index)
    {
        var location = JsonInput.Element(Targets, index);
        if (target.ValueKind == JsonValueKind.Array)
        {
            var row = Row(target, classes, location);
            for (var c = 0; c < classes; c++)
                RequireUnit(row[c], JsonInput.Element(location, c));
            return row;
        }

        if (target.ValueKind != JsonValueKind.Number || !target.TryGetDouble(out var label) || !double.IsInteger(label) || !(label >= 0 && label < classes))
            throw _json.Error(location, $"expected a class index from 0 to {classes - 1}, or a row of {classes} targets");
        var hard = new double[classes];
        hard[(int)label] = 1;
        return hard;
    }

    private double[] Row(JsonElement array, int classes, string location) => _json.Numbers(array, location) is var row && row.Length == classes
        ? row
        : throw _json.Error(location, $"has {row.Length} numbers for {classes} classes");

    private double RequireUnit(double value, string location) =>
        value is >= 0 and <= 1 ? value : throw _json.Error(location, $"{value} is out of range; it must be from 0 to 1");

    private void RequireSameLength(int logits, int targets)
    {
        if (logits != targets)
            throw _json.Error(Targets, $"has {targets} elements for {logits} logits");
    }

    private void RequireFinite(double loss, ReadOnlySpan<double> gradient, int index)
    {
        if (!double.IsFinite(loss) || gradient.ContainsAnyExceptInRange(double.MinValue, double.MaxValue))
            throw _json.Error(JsonInput.Element(Logits, index), "is so large that the loss overflows");
    }
}
