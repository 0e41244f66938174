using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Losses;

namespace RetinaSharp.Cli.Losses;

/// <summary>
/// What <c>retina loss --input</c> reads: a loss, logits and targets. Every element is computed by itself, in double, targets and α too.
/// </summary>
internal sealed class LossFile
{
    private const string Kind = "kind", Logits = "logits", Targets = "targets", Alpha = "alpha", Gamma = "gamma", Beta = "beta";
    private const double DefaultGamma = 2;

    private readonly JsonInput _json;

    /// <exception cref="DatasetException">The file cannot be read, or is no JSON object.</exception>
    public LossFile(string path) => _json = JsonInput.Read(path);

    /// <summary>Members of the object that mean nothing here, as a misspelt one does.</summary>
    public IEnumerable<string> Unknown => _json.Root.EnumerateObject().Select(member => member.Name).Except([Kind, Logits, Targets, Alpha, Gamma, Beta]);

    /// <summary>The losses and their derivatives by the logits.</summary>
    /// <exception cref="DatasetException">Something in the file is wrong; names the element.</exception>
    public LossValues Evaluate()
    {
        var kind = _json.Find(Kind) is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
        var gamma = _json.Number(Gamma) ?? DefaultGamma;
        var beta = _json.Number(Beta) ?? 0;
        if (gamma < 0)
            throw _json.Wrong(Gamma, $"{gamma} is below 0: give 0 or more");
        if (kind == "focal-star" && !StarRange.HasGamma(gamma))
            throw _json.Wrong(Gamma, $"{gamma} is not within what FL* takes, {StarRange.Gamma}");
        if (kind == "focal-star" && !StarRange.HasBeta(beta))
            throw _json.Wrong(Beta, $"{beta} is not within what FL* takes, {StarRange.Beta}");
        return kind switch
        {
            "ce" => Binary(new CrossEntropy(SingleAlpha())),
            "focal" => Binary(new FocalLoss(gamma, SingleAlpha())),
            "focal-star" => Binary(new FocalStarLoss(gamma, beta, SingleAlpha())),
            "softmax-focal" => Softmax(new FocalLoss(gamma, alpha: null)),
            _ => throw _json.Wrong(Kind, "is none of \"ce\", \"focal\", \"focal-star\" and \"softmax-focal\""),
        };
    }

    private double? SingleAlpha()
    {
        if (_json.Find(Alpha) is { ValueKind: JsonValueKind.Array })
            throw _json.Wrong(Alpha, "is a list, which only softmax-focal takes: give one number, the weight of the positives");
        return _json.Number(Alpha) is { } alpha ? Within(alpha, Alpha) : null;
    }

    private LossValues Binary<TLoss>(TLoss loss) where TLoss : struct, IBinaryLoss
    {
        var logits = _json.Numbers(_json.List(Logits), Logits);
        var targets = _json.Numbers(_json.List(Targets), Targets);
        RequireSameLength(logits.Length, targets.Length);
        var (losses, gradient) = (new double[logits.Length], new double[logits.Length]);
        for (var i = 0; i < logits.Length; i++)
        {
            Within(targets[i], JsonInput.At(Targets, i));
            (losses[i], gradient[i]) = (loss.Value(logits[i], targets[i]), loss.Derivative(logits[i], targets[i]));
            RequireFinite(losses[i], gradient.AsSpan(i, 1), i);
        }

        return new(losses, gradient, null);
    }

    private LossValues Softmax(FocalLoss loss)
    {
        var rows = _json.List(Logits);
        var count = rows.GetArrayLength();
        RequireSameLength(count, _json.List(Targets).GetArrayLength());
        var classes = count == 0 ? 0 : rows[0].ValueKind == JsonValueKind.Array ? rows[0].GetArrayLength() : throw _json.Wrong(JsonInput.At(Logits, 0), "is no list: softmax-focal takes a row of logits for each target");
        if (count > 0 && classes < 2)
            throw _json.Wrong(JsonInput.At(Logits, 0), "has fewer than two logits: exclusive classes are two or more");
        var alpha = ClassAlpha(classes);
        var (losses, gradient) = (new double[count], new double[count * classes]);
        var part = new double[classes];
        var i = 0;
        foreach (var (row, target) in rows.EnumerateArray().Zip(_json.List(Targets).EnumerateArray()))
        {
            var logits = Row(row, classes, JsonInput.At(Logits, i));
            var weights = TargetRow(target, classes, i);
            var sum = gradient.AsSpan(i * classes, classes);
            // The loss is linear in the targets. Class by class they and α stay in double, which the loop over spans has in single.
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

    /// <summary>α of every class.</summary>
    private double[] ClassAlpha(int classes)
    {
        var alpha = new double[classes];
        if (_json.Find(Alpha) is not { ValueKind: JsonValueKind.Array } list)
        {
            Array.Fill(alpha, SingleAlpha() ?? 1);
            return alpha;
        }

        alpha = Row(list, classes, Alpha);
        for (var c = 0; c < classes; c++)
            Within(alpha[c], JsonInput.At(Alpha, c));
        return alpha;
    }

    /// <summary>The targets of all classes, from a row of them or a class's index.</summary>
    private double[] TargetRow(JsonElement target, int classes, int index)
    {
        var place = JsonInput.At(Targets, index);
        if (target.ValueKind == JsonValueKind.Array)
        {
            var row = Row(target, classes, place);
            for (var c = 0; c < classes; c++)
                Within(row[c], JsonInput.At(place, c));
            return row;
        }

        if (target.ValueKind != JsonValueKind.Number || !target.TryGetDouble(out var label) || !double.IsInteger(label) || !(label >= 0 && label < classes))
            throw _json.Wrong(place, $"is no class: give an index from 0 to {classes - 1}, or a row of {classes} targets");
        var hard = new double[classes];
        hard[(int)label] = 1;
        return hard;
    }

    private double[] Row(JsonElement list, int classes, string place) => _json.Numbers(list, place) is var row && row.Length == classes
        ? row
        : throw _json.Wrong(place, $"has {row.Length} numbers, but there are {classes} classes");

    private double Within(double value, string place) =>
        value is >= 0 and <= 1 ? value : throw _json.Wrong(place, $"{value} is outside of [0, 1]");

    private void RequireSameLength(int logits, int targets)
    {
        if (logits != targets)
            throw _json.Wrong(Targets, $"{targets} targets for {logits} logits: give each its target");
    }

    private void RequireFinite(double loss, ReadOnlySpan<double> gradient, int index)
    {
        if (!double.IsFinite(loss) || gradient.ContainsAnyExceptInRange(double.MinValue, double.MaxValue))
            throw _json.Wrong(JsonInput.At(Logits, index), "is so large that the loss is no finite number");
    }
}
