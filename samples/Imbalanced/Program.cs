// Focal loss outside of detection: trains a linear classifier on data with a thousand negatives per positive, with plain spans instead of tensors.
//     dotnet run -c Release --project samples/Imbalanced -- 200000 100
using RetinaSharp.Losses;
using RetinaSharp.Samples.Imbalanced;

if (args is not [var countText, var stepsText] || !int.TryParse(countText, out var count) || !int.TryParse(stepsText, out var steps) || count < 10_000 || steps < 1)
{
    Console.Error.WriteLine("usage: Imbalanced EXAMPLES STEPS    (10000 examples or more)");
    return 2;
}

const float Rate = .1f;
var (train, test) = (Examples.Draw(count, seed: 1), Examples.Draw(count, seed: 2));
var positives = train.Targets.Count(target => target == 1);
Console.WriteLine($"{positives} positives, {count - positives} negatives to learn from");

// The weight α of the positives may be given, computed from the counts, or searched by cross-validation.
var balanced = ClassBalance.Alpha(positives, count - positives);
var (searched, _) = CrossValidation.Search([.25, .5, .75, .9, .99, .999], count, folds: 3, seed: 0, (alpha, fit, held) =>
    Measure(LinearLayer.Train(new CrossEntropy(alpha), train.Take(fit), steps, Rate), train.Take(held)).AveragePrecision);

(string Name, LinearLayer Layer)[] layers =
[
    ("cross entropy", LinearLayer.Train(new CrossEntropy(), train, steps, Rate)),
    ($"alpha {balanced:F3}, by counts", LinearLayer.Train(new CrossEntropy(balanced), train, steps, Rate)),
    ($"alpha {searched}, searched", LinearLayer.Train(new CrossEntropy(searched), train, steps, Rate)),
    ("focal, gamma 1", LinearLayer.Train(new FocalLoss(1, alpha: null), train, steps, Rate)),
    ("focal, gamma 2", LinearLayer.Train(new FocalLoss(2, alpha: .25), train, steps, Rate)),
];

double[] recalls = [.1, .3, .5, .7, .9];
Console.WriteLine($"{"loss",-24}{"AP",6}   precision at recall {string.Join("", recalls.Select(recall => $"{recall,6:F1}"))}");
foreach (var (name, layer) in layers)
{
    var curve = Measure(layer, test);
    Console.WriteLine($"{name,-24}{curve.AveragePrecision,6:F3}{"",23}{string.Join("", recalls.Select(recall => $"{curve.At(recall),6:F2}"))}");
}

return 0;

static PrecisionRecall Measure(LinearLayer layer, Examples examples)
{
    var logits = new float[examples.Count];
    layer.Forward(examples, logits);
    return PrecisionRecall.Compute(logits, examples.Targets);
}
