"""Common given and family names, twenty-six of each in twelve languages, in ASCII as they stand in addresses."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

_NAMES: Final = """
english: james mary robert patricia john jennifer michael linda william elizabeth david barbara richard susan joseph
  jessica thomas sarah charles karen christopher lisa daniel nancy matthew hugh | smith johnson williams brown jones
  miller davis wilson anderson taylor thomas moore jackson martin lee thompson white harris clark lewis robinson walker
  young allen wright knight
german: anna juergen sabine wolfgang petra stefan andrea matthias ursula dieter monika hans claudia klaus susanne uwe
  gisela bernd ingrid rainer heike joachim birgit gerhard katja friedrich | mueller schmidt schneider fischer weber
  meyer wagner becker schulz hoffmann schaefer koch bauer richter klein wolf schroeder neumann schwarz zimmermann braun
  krueger hofmann hartmann lange schmitt
french: marie jean nathalie pierre isabelle michel sylvie philippe catherine alain francoise nicolas valerie laurent
  christine stephane sandrine olivier veronique julien celine thierry aurelie guillaume camille xavier | martin bernard
  dubois thomas robert richard petit durand leroy moreau simon laurent lefebvre michel garcia david bertrand roux
  vincent fournier morel girard andre lefevre mercier dupont
spanish: maria jose carmen antonio ana manuel isabel francisco laura javier cristina carlos marta jesus pilar alejandro
  elena miguel lucia rafael raquel pablo rocio sergio beatriz ignacio | garcia rodriguez gonzalez fernandez lopez
  martinez sanchez perez gomez jimenez ruiz hernandez diaz moreno alvarez munoz romero alonso gutierrez navarro torres
  dominguez vazquez ramos gil ramirez
italian: giuseppe maria giovanni anna antonio giuseppina mario rosa luigi angela francesco giovanna angelo teresa
  vincenzo lucia pietro carmela salvatore caterina carlo francesca franco chiara stefano ilaria | rossi russo ferrari
  esposito bianchi romano colombo ricci marino greco bruno gallo conti deluca mancini costa giordano rizzo lombardi
  moretti barbieri fontana santoro mariani rinaldi caruso
dutch: johannes maria cornelis johanna hendrik anna willem cornelia pieter elisabeth gerrit wilhelmina jacobus
  hendrika jeroen annemieke sander marloes bram femke thijs lotte joost sanne wouter maaike | dejong jansen devries
  vandenberg vandijk bakker janssen visser smit meijer deboer mulder degroot bos vos peters hendriks vanleeuwen dekker
  brouwer dewit dijkstra smits degraaf vandermeer kuijpers
portuguese: maria jose ana joao antonio francisco luis manuel paulo pedro catarina rui sofia tiago iris diogo mariana
  goncalo beatriz nuno leonor bruno matilde ricardo rita vasco | silva santos ferreira pereira oliveira costa rodrigues
  martins jesus sousa fernandes goncalves gomes lopes marques alves almeida ribeiro pinto carvalho teixeira moreira
  correia mendes nunes soares
polish: anna piotr maria krzysztof katarzyna andrzej malgorzata tomasz agnieszka jan krystyna pawel barbara michal ewa
  marcin elzbieta stanislaw zofia jakub joanna grzegorz magdalena zbigniew wieslaw przemyslaw | nowak kowalski
  wisniewski wojcik kowalczyk kaminski lewandowski zielinski szymanski wozniak dabrowski kozlowski jankowski mazur
  kwiatkowski krawczyk piotrowski grabowski nowakowski pawlowski michalski krol wieczorek jablonski wrobel brzezinski
turkish: mehmet fatma mustafa ayse ahmet emine ali hatice huseyin zeynep hasan elif ibrahim meryem ismail sultan osman
  zehra yusuf ozlem murat burcu kemal tugba emre gulsen | yilmaz kaya demir celik sahin yildiz yildirim ozturk aydin
  ozdemir arslan dogan kilic aslan cetin kara koc kurt ozkan simsek polat korkmaz cakir erdogan yavuz guler
russian: aleksandr elena sergei olga dmitri natalia andrei ekaterina aleksei anna maksim tatiana evgeny maria ivan
  irina mikhail svetlana vladimir yulia nikolai anastasia pavel ksenia artyom lyudmila | ivanov smirnov kuznetsov popov
  vasiliev petrov sokolov mikhailov novikov fedorov morozov volkov alekseev lebedev semenov egorov pavlov kozlov
  stepanov nikolaev orlov andreev makarov nikitin zakharov khrushchev
hindi: aarav priya vivaan ananya aditya diya vihaan kavya arjun ishita sai neha rohan pooja rahul sneha amit ritu
  suresh sunita rajesh lakshmi krishna shreya vikram jyoti | sharma verma gupta singh kumar patel reddy nair iyer
  mehta joshi desai chopra malhotra kapoor bhatt chatterjee mukherjee banerjee agarwal srivastava mishra pandey yadav
  chaudhary krishnamurthy
chinese: wei fang xiuying na min jing lei qiang yang jun jie juan tao ming chao xiulan xia ping gang guiying zhiqiang
  xinyi yuxuan haoran zixuan mingzhe | wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin
  luo zheng liang xie song tang qian
"""


def _read() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    names = {}
    for block in _NAMES.replace("\n  ", " ").strip().splitlines():
        language, _, both = block.partition(":")
        given, _, family = both.partition("|")
        names[language] = (tuple(given.split()), tuple(family.split()))
    return names


NAMES: Final = _read()
"""By language: given names and family names, as many of each."""
GIVEN: Final = frozenset(chain.from_iterable(given for given, _ in NAMES.values()))


def local_parts() -> Iterator[str]:
    """What people put before the @, from each pair of names, in nine ways."""
    for given, family in NAMES.values():
        for number, (one, other) in enumerate(zip(given, family, strict=True)):
            yield from (one, other, f"{one}.{other}", f"{one}{other}", f"{one[0]}{other}", f"{other}{one[0]}")
            yield from (f"{one}_{other}{number}", f"{one[0]}{other}19{number + 60}", f"{other}.{one}+list")
