import Clearing
import Reports

extension ClearingRules {
  /// The rules in words, for the report.
  var summary: [NamedText] {
    [
      NamedText("liquidation", liquidation.method.summary),
      NamedText("penalty", "\(liquidation.penalty), reserve's share \(liquidation.reserveShare)"),
      NamedText("waves per step", "at most \(liquidation.waves)"),
      NamedText("impact", impact.summary),
    ] + (oracle == .spot ? [] : [NamedText("oracle", oracle.summary)])
      + (behaviour.map { [NamedText("owners", $0.summary)] } ?? [])
      + (hedging.isActive ? [NamedText("hedgers", hedging.summary)] : []) + [
        NamedText("reserve", reserve.summary),
        NamedText("beyond the reserve", afterReserve),
        NamedText("when the reserve is exhausted", onExhaustion == .fail ? "the venue fails" : "the venue carries on"),
      ] + restraints
  }

  /// What restrains liquidations, where anything does.
  private var restraints: [NamedText] {
    [
      circuitBreaker.map { NamedText("circuit breaker", $0.summary) },
      liquidators.map { NamedText("liquidators", $0.summary) }, backstop.map { NamedText("backstop", $0.summary) },
    ].compactMap { $0 }
  }
}

extension ClearingRules {
  fileprivate var afterReserve: String {
    (autoDeleveraging.map { "auto-deleveraging (\($0.ranking.rawValue)), then " } ?? "") + lossAllocation.rawValue
  }
}

extension ReserveFund {
  /// The balances in words.
  fileprivate var summary: String {
    segments.isEmpty
      ? "\(balance)" : "\(balance) shared, and segments of " + segments.map { "\($0.balance)" }.joined(separator: ", ")
  }
}

extension LiquidationMethod {
  /// The method in words.
  var summary: String {
    switch self {
    case .full: "full"
    case .partial(let buffer): "partial, target buffer \(buffer)"
    case .ladder(let rungs):
      "ladder: " + rungs.map { "\($0.share) below \($0.below) of maintenance" }.joined(separator: ", ")
    case .closeFactor(let factor, let full, let bonus):
      "close factor \(factor), everything below health \(full), bonus \(bonus)"
    }
  }
}

extension CircuitBreaker {
  /// The breaker in words.
  fileprivate var summary: String {
    let cap = volumePerHour.map { "at most \($0) of average daily volume per asset and hour" }
    let pause = pause.map { "pause of \($0.hours) h after a move of \($0.move) within \($0.windowHours) h" }
    return [cap, pause].compactMap { $0 }.joined(separator: "; ")
  }
}

extension LiquidatorTerms {
  /// The terms in words.
  fileprivate var summary: String {
    let limit = capacityPerHour.map { "capacity \($0) per hour" } ?? "no limit of capacity"
    let cost = fixedCost > 0 ? "fixed cost \(fixedCost), congestion \(congestionSlope)" : nil
    let absence = outages.map { "without bids \($0.perDay) times a day for \($0.meanHours) h" }
    return [limit, cost, absence].compactMap { $0 }.joined(separator: "; ")
  }
}

extension Backstop {
  /// The backstop in words.
  fileprivate var summary: String {
    "capital \(capital), discount \(discount), at most \(maximumShare) of what waits and leverage \(maximumLeverage)"
  }
}

extension MarketImpact {
  /// The law in words.
  var summary: String {
    let law = poolDepth.map { "constant-product pool of \($0) a side" } ?? "Y = \(coefficient), δ = \(exponent)"
    return law + ", permanent share \(permanentShare), half-life \(halfLifeHours) h"
      + (thinning > 0 ? ", depth thins with volatility to the power \(thinning)" : "")
  }
}

extension AccountBehaviour {
  /// What owners do in words.
  var summary: String {
    func text(_ verb: String, _ answer: Answer?) -> [String] {
      guard let answer else { return [] }
      return [
        "\(verb) with chance \(answer.probability) after \(answer.delayHours) h, to \(answer.targetBuffer) above maintenance"
      ]
    }
    let calls = text("top up", topUp) + text("close", deleveraging)
    let out = withdrawal.map {
      [
        "\($0.groups.joined(separator: ", ")): \($0.share) of what exceeds \(1 + $0.excessOver) × initial margin goes out"
      ]
    }
    return ((calls.isEmpty ? [] : ["called \(callBuffer) above maintenance"]) + calls + (out ?? []))
      .joined(separator: "; ")
  }
}

extension Hedging {
  /// The hedgers in words.
  var summary: String {
    let gamma = dealerGamma.values.reduce(0, +) / 100
    let dealers = gamma == 0 ? [] : ["dealers with a gamma of \(gamma) per 1 % over all assets"]
    return (dealers + (reserveRatio > 0 ? ["an agent for the reserve, ratio \(reserveRatio)"] : []))
      .joined(separator: "; ")
  }
}

extension OraclePolicy {
  /// The policy in words.
  var summary: String {
    let prices: String
    switch rule {
    case .spot: prices = "mark"
    case .average(let hours): prices = "mean of the marks of \(hours) h"
    case .deviation(let threshold, let heartbeat):
      prices =
        "mark when it moved by \(threshold)" + (heartbeat.isFinite ? ", at least every \(heartbeat) h" : "")
    }
    let delay = latencySteps > 0 ? ", \(latencySteps) steps late" : ""
    return prices + delay + (maximumDeviation.map { ", liquidations wait beyond \($0) from the mark" } ?? "")
  }
}
